//! The steps from a description to a root, one by one, in this process.
//!
//! `cargo bench`; whole commands and ratios are measured by `benches/commands.py`.

use divan::Bencher;
use divan::counter::BytesCount;
use stackwright::diagnostic::Sources;
use stackwright::hcl::{format, parse, print};
use stackwright::plan::facts;
use stackwright::stack::{self, Stack, lower};
use stackwright::tree::header;

const DESCRIPTION: &str = include_str!("stack.hcl");

fn main() {
    divan::main();
}

fn described() -> Stack {
    let file = Sources::default().add("stack.hcl", DESCRIPTION);
    stack::read(file, DESCRIPTION, "s0000").expect("the description is right").0
}

#[divan::bench]
fn parse_hcl(bencher: Bencher<'_, '_>) {
    let file = Sources::default().add("stack.hcl", DESCRIPTION);
    bencher
        .counter(BytesCount::of_str(DESCRIPTION))
        .bench(|| parse::parse(file, divan::black_box(DESCRIPTION)));
}

#[divan::bench]
fn read_and_check(bencher: Bencher<'_, '_>) {
    let file = Sources::default().add("stack.hcl", DESCRIPTION);
    bencher
        .counter(BytesCount::of_str(DESCRIPTION))
        .bench(|| stack::read(file, divan::black_box(DESCRIPTION), "s0000"));
}

#[divan::bench]
fn lower_to_blocks(bencher: Bencher<'_, '_>) {
    let stack = described();
    bencher.bench(|| lower::lower(divan::black_box(&stack), "../../modules"));
}

#[divan::bench]
fn print_and_stamp(bencher: Bencher<'_, '_>) {
    let root = lower::lower(&described(), "../../modules");
    let bytes: usize = root.files.values().map(|body| print::print(body).len()).sum();
    bencher.counter(BytesCount::new(bytes)).bench(|| {
        let bodies = divan::black_box(&root).files.values();
        bodies.map(|body| header::stamp("stack.hcl", &print::print(body)).len()).sum::<usize>()
    });
}

#[divan::bench]
fn format_text(bencher: Bencher<'_, '_>) {
    bencher
        .counter(BytesCount::of_str(DESCRIPTION))
        .bench(|| format::format(divan::black_box(DESCRIPTION)));
}

/// What a plan of a system of some size asks of the facts that come with us.
#[divan::bench]
fn load_facts_of_forty_types(bencher: Bencher<'_, '_>) {
    let aws = facts::embedded("hashicorp/aws").expect("they come with it");
    let whole = facts::parse(aws).expect("they are right");
    let types = whole.resources.keys().step_by(whole.resources.len() / 40).cloned().collect();
    let data = whole.data_sources.keys().take(4).cloned().collect();
    bencher
        .counter(BytesCount::of_str(aws))
        .bench(|| facts::load(divan::black_box(aws), &types, &data));
}

#[divan::bench]
fn parse_all_facts(bencher: Bencher<'_, '_>) {
    let aws = facts::embedded("hashicorp/aws").expect("they come with it");
    bencher.counter(BytesCount::of_str(aws)).bench(|| facts::parse(divan::black_box(aws)));
}
