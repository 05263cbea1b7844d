//! Where the images of a stack are kept, as far as that is known before Terraform runs.

use super::registry::{Address, Host};
use crate::component::Image;
use crate::component::image::ImageRepository;
use crate::component::{Component as _, Repository};
use crate::diagnostic::{Diagnostic, Span, codes};
use crate::stack::Stack;
use crate::stack::value::Value;
use crate::value::{RepositoryName, Scalar};

/// The address of an image's repository: the one that is written, or that of the stack's own
/// repository in ECR. `registry` is where those are of a stack that does not say its `account`.
///
/// # Errors
/// When it is no address, or only Terraform knows it.
pub fn address(
    stack: &Stack,
    image: &Image,
    registry: Option<&Host>,
) -> Result<Address, Diagnostic> {
    let place = image.origin.field("repository");
    let unknown = |message: String, at: Option<Span>, help: &str| {
        Err(Diagnostic::error(codes::UNKNOWN_ADDRESS, message).at(at.or(place), "").help(help))
    };
    let reference = match &image.repository {
        ImageRepository::Component(reference) => reference,
        ImageRepository::Address(Value::Literal(text)) => {
            return Address::parse(text).map_err(|invalid| invalid.diagnostic(place));
        }
        ImageRepository::Address(Value::Expression(expression)) => {
            return unknown(
                "only Terraform knows which registry this is".to_owned(),
                expression.span,
                "write the address out",
            );
        }
    };
    let Some(repository) = stack.get(reference) else {
        let message = format!("there is no `repository` \"{}\"", reference.label);
        return unknown(message, reference.span, "declare it");
    };
    let name = match &repository.name {
        Some(Value::Literal(name)) => name.clone(),
        None => RepositoryName::parse(&stack.name_of(Repository::KIND, &reference.label))
            .map_err(|invalid| invalid.diagnostic(repository.origin.head))?,
        Some(Value::Expression(expression)) => {
            return unknown(
                format!("only Terraform knows the name of `repository.{}`", reference.label),
                expression.span,
                "write the name out",
            );
        }
    };
    let settings = &stack.settings;
    match (&settings.account, settings.region.literal(), registry) {
        (Some(Value::Literal(account)), Some(region), _) => {
            Ok(Address::ecr(account, *region, &name))
        }
        (_, _, Some(host)) => Ok(Address::in_registry(host, &name)),
        (None, _, None) => unknown(
            format!("nobody says in which account `repository.{}` is", reference.label),
            place,
            "write `account = \"…\"` in the `stack` block, or give `--registry <host>`",
        ),
        (Some(account), _, None) => {
            let (field, at) = match account {
                Value::Expression(expression) => ("account", expression.span),
                Value::Literal(_) => ("region", settings.origin.field("region")),
            };
            unknown(
                format!("only Terraform knows the stack's {field}"),
                at,
                "write it out, or give `--registry <host>`",
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Sources;

    fn stack(text: &str) -> Stack {
        let file = Sources::default().add("stack.hcl", text);
        let (stack, _) = crate::stack::read(file, text, "demo").unwrap();
        stack
    }

    /// The address of the image `a`.
    fn located(settings: &str, components: &str, registry: Option<&str>) -> Result<String, String> {
        let stack = stack(&format!("stack \"demo\" {{\n{settings}\n}}\n{components}"));
        let image: &Image = stack.component("a").unwrap();
        let host: Option<Host> = registry.map(|host| host.parse().unwrap());
        match address(&stack, image, host.as_ref()) {
            Ok(address) => Ok(address.to_string()),
            Err(diagnostic) => {
                assert!(diagnostic.primary.is_some() && !diagnostic.help.is_empty());
                Err(diagnostic.message)
            }
        }
    }

    const REGION: &str = "region = \"cn-north-1\"";
    const ACCOUNT: &str = "region = \"cn-north-1\"\naccount = \"123456789012\"";
    const OWN: &str = "repository \"r\" {}\nimage \"a\" {\n  repository = repository.r\n}\n";

    #[test]
    fn a_written_address_is_the_address() {
        let image = "image \"a\" {\n  repository = \"ghcr.io/a/b\"\n}\n";
        assert_eq!(located(REGION, image, Some("x.io")), Ok("ghcr.io/a/b".to_owned()));
        let tagged = image.replace("a/b", "a/b:1");
        assert_eq!(located(REGION, &tagged, None), Err("the address has a tag".to_owned()));
    }

    #[test]
    fn a_repository_of_the_stack_is_in_its_account() {
        let host = "123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn";
        assert_eq!(located(ACCOUNT, OWN, Some("x.io")), Ok(format!("{host}/demo-r")));
        let named = OWN.replace("{}", "{\n  name = \"shop/r\"\n}");
        assert_eq!(located(ACCOUNT, &named, None), Ok(format!("{host}/shop/r")));
    }

    #[test]
    fn without_an_account_the_registry_has_to_be_given() {
        assert_eq!(
            located(REGION, OWN, Some("localhost:5000")),
            Ok("localhost:5000/demo-r".into())
        );
        assert_eq!(
            located(REGION, OWN, None),
            Err("nobody says in which account `repository.r` is".to_owned())
        );
        let input = format!("input \"x\" {{}}\n{OWN}");
        for (settings, field) in [
            ("region = \"cn-north-1\"\naccount = input.x", "account"),
            ("region = input.x\naccount = \"123456789012\"", "region"),
        ] {
            assert_eq!(
                located(settings, &input, None),
                Err(format!("only Terraform knows the stack's {field}"))
            );
        }
    }
}
