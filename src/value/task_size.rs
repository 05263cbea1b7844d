//! How large a Fargate task is.

use std::fmt;

use super::{Invalid, Scalar, ScalarType, either, one_of, quote};
use crate::diagnostic::codes;

/// What Fargate offers: CPU units, then MiB from, to, in steps of (Amazon ECS Developer Guide,
/// "Task definition parameters for Fargate", task size).
const SIZES: [(u32, u32, u32, u32); 7] = [
    (256, 512, 2048, 1024), // 512, then 1024 and 2048
    (512, 1024, 4096, 1024),
    (1024, 2048, 8192, 1024),
    (2048, 4096, 16384, 1024),
    (4096, 8192, 30720, 1024),
    (8192, 16384, 61440, 4096),
    (16384, 32768, 122_880, 8192),
];

/// A Fargate task's CPU units; 1024 are one virtual CPU.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FargateCpu(u32);

impl FargateCpu {
    /// Every size that Fargate offers.
    pub const ALL: [u32; 7] = {
        let mut all = [0; 7];
        let mut index = 0;
        while index < all.len() {
            all[index] = SIZES[index].0;
            index += 1;
        }
        all
    };

    /// The CPU units.
    pub fn units(self) -> u32 {
        self.0
    }

    /// The memory sizes that go with it, in MiB, from small to large.
    pub fn memory_mib(self) -> Vec<u32> {
        let sizes = SIZES.iter().find(|size| size.0 == self.0);
        sizes.map(|&(_, from, to, step)| memory(from, to, step)).unwrap_or_default()
    }
}

/// Memory is a multiple of the step, except for the smallest size.
fn memory(from: u32, to: u32, step: u32) -> Vec<u32> {
    let multiples = (1..=to / step).map(|times| times * step).filter(|&mib| mib > from);
    std::iter::once(from).chain(multiples).collect()
}

impl fmt::Display for FargateCpu {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Scalar for FargateCpu {
    const TYPE: ScalarType = ScalarType::Number;
    const RULE: &'static str = "256, 512, 1024, 2048, 4096, 8192 or 16384 CPU units";

    fn parse(text: &str) -> Result<Self, Invalid> {
        one_of(text, &Self::ALL).map(Self)
    }
}

/// A Fargate task's memory in MiB. Which sizes go with which CPU says [`check_pair`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FargateMemory(u32);

impl FargateMemory {
    /// The memory in MiB.
    pub fn mib(self) -> u32 {
        self.0
    }
}

impl fmt::Display for FargateMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Scalar for FargateMemory {
    const TYPE: ScalarType = ScalarType::Number;
    const RULE: &'static str = "512 or a multiple of 1024 up to 122880 MiB, as the CPU allows";

    fn parse(text: &str) -> Result<Self, Invalid> {
        let mib: u32 = text.parse().map_err(|_| {
            Invalid::new(codes::WRONG_TYPE, format!("{} is not a whole number", quote(text)))
                .help("say how many MiB of memory the task has")
        })?;
        let offered = || SIZES.iter().flat_map(|&(_, from, to, step)| memory(from, to, step));
        if offered().any(|other| other == mib) {
            return Ok(Self(mib));
        }
        let gib = match mib {
            1..=120 => offered().find(|&other| other == mib * 1024),
            _ => None,
        };
        let refused =
            Invalid::new(codes::OUT_OF_RANGE, format!("Fargate has no tasks of `{mib}` MiB"));
        Err(match (gib, nearest(mib, offered())) {
            (Some(gib), _) => refused.help(format!("memory is in MiB: {mib} GiB are `{gib}`")),
            (_, near) => refused.help(format!("the nearest: {}", either(&near))),
        })
    }
}

/// The sizes right below and above.
fn nearest(mib: u32, offered: impl Iterator<Item = u32> + Clone) -> Vec<u32> {
    let below = offered.clone().filter(|&other| other < mib).max();
    let above = offered.filter(|&other| other > mib).min();
    below.into_iter().chain(above).collect()
}

/// Checks that Fargate offers this memory with this CPU.
///
/// # Errors
/// What goes with the CPU, and the nearest pair that fits, when it does not.
///
/// ```
/// use stackwright::value::{FargateCpu, FargateMemory, Scalar, check_pair};
///
/// let pair = |cpu, memory| {
///     check_pair(FargateCpu::parse(cpu).unwrap(), FargateMemory::parse(memory).unwrap())
/// };
/// assert!(pair("256", "512").is_ok());
/// assert_eq!(
///     pair("1024", "512").unwrap_err().help.unwrap(),
///     "with `1024` CPU units, use `2048` to `8192` MiB in steps of `1024`; the nearest pair: `cpu = 1024`, `memory = 2048`"
/// );
/// ```
pub fn check_pair(cpu: FargateCpu, memory: FargateMemory) -> Result<(), Invalid> {
    let offered = cpu.memory_mib();
    if offered.contains(&memory.0) {
        return Ok(());
    }
    let fits = match offered[..] {
        [first, second, _, .., last] if offered.len() > 3 => {
            format!("`{first}` to `{last}` MiB in steps of `{}`", second - first)
        }
        _ => format!("{} MiB", either(&offered)),
    };
    let near = offered.iter().min_by_key(|mib| mib.abs_diff(memory.0)).copied().unwrap_or_default();
    Err(Invalid::new(
        codes::FARGATE_SIZE,
        format!("Fargate has no tasks of `{cpu}` CPU units with `{memory}` MiB"),
    )
    .help(format!(
        "with `{cpu}` CPU units, use {fits}; the nearest pair: `cpu = {cpu}`, `memory = {near}`"
    )))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{bad, sound};
    use super::*;

    fn pair(cpu: u32, memory: u32) -> Result<(), Invalid> {
        check_pair(FargateCpu(cpu), FargateMemory(memory))
    }

    #[test]
    fn the_sizes_of_fargates_table_fit() {
        for (cpu, memory) in [
            (256, 512),
            (256, 1024),
            (256, 2048),
            (512, 1024),
            (512, 4096),
            (1024, 2048),
            (1024, 7168),
            (2048, 16384),
            (4096, 30720),
            (8192, 20480),
            (16384, 40960),
            (16384, 122_880),
        ] {
            assert_eq!(pair(cpu, memory), Ok(()), "{cpu} {memory}");
        }
    }

    #[test]
    fn every_size_of_a_cpu_is_a_size_of_its_own() {
        for cpu in FargateCpu::ALL {
            for memory in FargateCpu(cpu).memory_mib() {
                assert_eq!(FargateMemory::parse(&memory.to_string()), Ok(FargateMemory(memory)));
                assert_eq!(pair(cpu, memory), Ok(()));
            }
        }
    }

    #[test]
    fn a_pair_that_does_not_fit_is_refused_with_the_nearest_that_does() {
        for (cpu, memory, help) in [
            (
                256,
                4096,
                "use `512`, `1024` or `2048` MiB; the nearest pair: `cpu = 256`, `memory = 2048`",
            ),
            (1024, 512, "use `2048` to `8192` MiB in steps of `1024`"),
            (8192, 17408, "in steps of `4096`; the nearest pair: `cpu = 8192`, `memory = 16384`"),
        ] {
            let invalid = pair(cpu, memory).unwrap_err();
            assert_eq!(invalid.code, codes::FARGATE_SIZE);
            assert!(invalid.help.as_ref().unwrap().contains(help), "{invalid:?}");
        }
    }

    #[test]
    fn sizes_that_no_task_has_are_refused() {
        bad::<FargateCpu>(&[
            ("300", "", "the nearest: `256` or `512`"),
            ("1", "", "the nearest: `256`"),
        ]);
        bad::<FargateMemory>(&[
            ("1500", "", "the nearest: `1024` or `2048`"),
            ("2", "", "memory is in MiB: 2 GiB are `2048`"),
            ("lots", "", "not a whole number"),
        ]);
    }

    #[test]
    fn any_text_is_a_size_or_refused_with_a_reason() {
        sound::<FargateCpu>(&["256", "16384"]);
        sound::<FargateMemory>(&["512", "122880"]);
    }
}
