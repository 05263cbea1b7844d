//! `parameter`: a setting outside of what runs.

use crate::component::drawn::{Drawn, Family, Meaning};
use crate::component::protection::FIELD;
use crate::component::{Component, ModuleSource, Outputs, Protect};
use crate::diagnostic::{Code, Diagnostic, codes};
use crate::secret::looks_secret;
use crate::stack::check::Check;
use crate::stack::field::{ListOf, Literal};
use crate::stack::lower::Lower;
use crate::stack::names::{AwsName, AwsNames};
use crate::stack::value::Value;
use crate::value::{KmsKeyArn, ParameterName};
use crate::{block, choice, module_source, outputs};

block! {
    /// A parameter of Systems Manager's Parameter Store.
    ///
    /// A `SecureString` is a secret: its value is never written here. Terraform makes it with a
    /// placeholder, and tells nobody of it, so that nothing is built that would use the
    /// placeholder, until somebody has put the value there with `aws ssm put-parameter
    /// --overwrite`. A task has it by `secrets = { TOKEN = parameter.token }`.
    ///
    /// ```hcl
    /// parameter "states" {
    ///   type   = "StringList"
    ///   values = ["AK", "NJ", "WA"]
    /// }
    ///
    /// parameter "token" {
    ///   description = "From the office."
    ///   type        = "SecureString"
    /// }
    /// ```
    pub struct Parameter {
        /// Its name: `/production/app/token`. Changing it makes another parameter.
        name: Option<Value<ParameterName>>,
        /// What it is for, and where its value comes from; at most 1024 characters.
        description: Option<Value<String>>,
        /// What it holds.
        r#type: Literal<ParameterType> = Literal(ParameterType::String),
        /// The value of a `String`, at most 4 KiB.
        value: Option<Value<String>>,
        /// The values of a `StringList`, which have no commas.
        values: ListOf<Value<String>>,
        /// The key that encrypts a `SecureString`; without it, Systems Manager's own. Tasks that
        /// have it in `secrets` may use the key.
        kms_key_arn: Option<Value<KmsKeyArn>>,
        /// False to tell of a `SecureString` while it holds the placeholder: tasks then start with
        /// it.
        require_value: Value<bool> = Value::Literal(true),
        /// False to let Terraform destroy a `SecureString`: its value, which no description has, is
        /// lost. What others hold is made again from the description.
        protect: Protect,
    }
}

choice! {
    /// What a parameter holds (AWS Systems Manager API Reference, "PutParameter").
    pub enum ParameterType {
        /// A text.
        String = "String",
        /// Several texts.
        StringList = "StringList",
        /// An encrypted text.
        SecureString = "SecureString",
    }
}

/// The size of a standard parameter's value (AWS Systems Manager User Guide, "Managing parameter
/// tiers").
const MOST_BYTES: usize = 4096;

impl Component for Parameter {
    const KIND: &'static str = "parameter";
    const FILE: &'static str = "parameters.tf";
    const DRAWN: Drawn = Drawn::new(Family::Data, Meaning::ACCESS);
    const MODULE: Option<ModuleSource> = Some(module_source!("parameter"));

    /// The others' values stand in the description.
    fn protect(&self) -> Option<Protect> {
        (self.r#type.0 == ParameterType::SecureString).then_some(self.protect)
    }

    fn outputs() -> Outputs {
        outputs! {
            "The parameter's ARN." arn,
            "The parameter's name." name,
        }
    }

    fn check(&self, check: &Check<'_>) {
        check.default_name(self.name.as_ref(), &self.origin);
        self.check_value(check);
        let description = self.description.as_ref().and_then(Value::literal);
        if description.is_some_and(|description| description.chars().count() > 1024) {
            let message = "more than 1024 characters".to_owned();
            self.refuse(
                check,
                codes::OUT_OF_RANGE,
                "description",
                message,
                "say it in fewer words",
            );
        }
    }

    fn aws_names(&self, check: &Check<'_>) -> Vec<AwsName> {
        let mut names = AwsNames::of(check, self.name.as_ref(), &self.origin);
        names.own("parameter");
        names.names
    }

    fn lower(&self, lower: &mut Lower<'_>) {
        let mut call = lower.call(self);
        if self.name.is_none() {
            call.set_first("name", lower.name());
        }
        lower.add_call::<Self>(call);
    }
}

impl Parameter {
    fn refuse(&self, check: &Check<'_>, code: Code, field: &str, message: String, help: &str) {
        check.report(Diagnostic::error(code, message).at(self.origin.field(field), "").help(help));
    }

    fn check_value(&self, check: &Check<'_>) {
        let ty = self.r#type.0;
        let wanted = match ty {
            ParameterType::String => Some("value"),
            ParameterType::StringList => Some("values"),
            ParameterType::SecureString => None,
        };
        for field in ["value", "values"] {
            let wrote = self.origin.wrote(field);
            if wrote && ty == ParameterType::SecureString {
                self.refuse(
                    check,
                    codes::SECRET_WRITTEN,
                    field,
                    "the value of a `SecureString` is a secret".to_owned(),
                    "leave it out, and put it there with `aws ssm put-parameter --overwrite`",
                );
            } else if wrote && wanted != Some(field) {
                let help = format!("write `{}`", wanted.unwrap_or_default());
                let message = format!("a `{ty}` has no `{field}`");
                self.refuse(check, codes::CONFLICT, field, message, &help);
            }
        }
        match wanted {
            Some("value") if self.value.is_none() => self.refuse(
                check,
                codes::MISSING_FIELD,
                "type",
                "`value` is missing".to_owned(),
                "add `value = \"…\"`; or write `type = \"SecureString\"` for a secret",
            ),
            Some("values") if self.values.is_empty() => self.refuse(
                check,
                codes::MISSING_FIELD,
                "type",
                "`values` is missing".to_owned(),
                "add `values = [\"…\"]`",
            ),
            _ => {}
        }
        for field in ["kms_key_arn", "require_value"] {
            if ty != ParameterType::SecureString && self.origin.wrote(field) {
                let message = format!("a `{ty}` is not encrypted");
                let help = "write `type = \"SecureString\"`, or leave it out";
                self.refuse(check, codes::CONFLICT, field, message, help);
            }
        }
        if self.origin.wrote(FIELD) && ty != ParameterType::SecureString {
            let message = format!("the value of a `{ty}` stands in the description");
            let help = "take it out: what can be made again is not protected";
            self.refuse(check, codes::CONFLICT, FIELD, message, help);
        }
        let values = self.values.items().iter().filter_map(Value::literal);
        for value in values.clone().filter(|value| value.contains(',') || value.is_empty()) {
            let message = format!("`{value}` cannot stand in a list of parameters");
            let help = "a value has at least one character, none of them a comma";
            self.refuse(check, codes::BAD_VALUE, "values", message, help);
        }
        let list: Vec<&str> = values.map(String::as_str).collect();
        let list = list.join(",");
        let value = self.value.as_ref().and_then(Value::literal).map(String::as_str);
        for (field, text) in [("value", value), ("values", Some(list.as_str()))] {
            if let Some(text) = text.filter(|text| text.len() > MOST_BYTES) {
                let message = format!("{} bytes are more than a parameter holds", text.len());
                let help = "it has at most 4096: keep a file in a bucket instead";
                self.refuse(check, codes::OUT_OF_RANGE, field, message, help);
            }
        }
        if value == Some("") {
            let message = "a parameter cannot be empty".to_owned();
            self.refuse(check, codes::BAD_VALUE, "value", message, "write its value");
        }
        let name = self.name.as_ref().and_then(Value::literal).map(ToString::to_string);
        let names = [check.label, name.as_deref().unwrap_or_default()];
        if let Some(value) = value
            && names.into_iter().any(|name| looks_secret(name, value))
        {
            check.report(
                Diagnostic::warning(codes::SECRET_WRITTEN, "this parameter looks like a secret")
                    .at(self.origin.field("value"), "its value stands in the description")
                    .help("write `type = \"SecureString\"`, and leave `value` out"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::component::testing::{problems, rendered};

    fn parameter(fields: &str) -> String {
        format!("parameter \"app\" {{\n{fields}\n}}")
    }

    #[test]
    fn a_minimal_parameter_has_a_value() {
        insta::assert_snapshot!(rendered("parameters.tf", &parameter("  value = \"on\"")), @r#"
        module "parameter_app" {
          source = "../../modules/parameter"

          name  = "test-app"
          value = "on"
        }
        "#);
    }

    #[test]
    fn full_parameters_of_each_type() {
        insta::assert_snapshot!(rendered("parameters.tf", r#"
parameter "list" {
  name        = "/app/states"
  description = "Where we are."
  type        = "StringList"
  values      = ["AK", "WA"]
}
# From the office.
parameter "token" {
  name          = "/app/token"
  type          = "SecureString"
  kms_key_arn   = var.key
  require_value = false
}
"#), @r#"
        module "parameter_list" {
          source = "../../modules/parameter"

          name        = "/app/states"
          description = "Where we are."
          type        = "StringList"
          values      = ["AK", "WA"]
        }

        # From the office.
        module "parameter_token" {
          source = "../../modules/parameter"

          name          = "/app/token"
          type          = "SecureString"
          kms_key_arn   = var.key
          require_value = false
        }
        "#);
    }

    #[test]
    fn a_secret_is_not_written() {
        insta::assert_snapshot!(problems(&parameter("  type = \"SecureString\"\n  value = \"hunter2\"")), @"3:11 SW207 the value of a `SecureString` is a secret; leave it out, and put it there with `aws ssm put-parameter --overwrite`");
        insta::assert_snapshot!(problems(&parameter("  name = \"/app/db_password\"\n  value = \"hunter2\"")), @r#"3:11 SW207 this parameter looks like a secret; write `type = "SecureString"`, and leave `value` out"#);
    }

    #[test]
    fn a_type_has_its_own_value() {
        insta::assert_snapshot!(problems(&parameter("")), @r#"1:1 SW103 `value` is missing; add `value = "…"`; or write `type = "SecureString"` for a secret"#);
        insta::assert_snapshot!(problems(&parameter("  type = \"StringList\"\n  value = \"a\"")), @r#"
        2:10 SW103 `values` is missing; add `values = ["…"]`
        3:11 SW312 a `StringList` has no `value`; write `values`
        "#);
        insta::assert_snapshot!(problems(&parameter("  value = \"a\"\n  kms_key_arn = var.key")), @r#"3:17 SW312 a `String` is not encrypted; write `type = "SecureString"`, or leave it out"#);
    }

    #[test]
    fn what_systems_manager_cannot_hold_is_refused() {
        insta::assert_snapshot!(problems(&parameter("  type = \"StringList\"\n  values = [\"a,b\"]")), @"3:12 SW201 `a,b` cannot stand in a list of parameters; a value has at least one character, none of them a comma");
        insta::assert_snapshot!(problems(&parameter("  value = \"\"")), @"2:11 SW201 a parameter cannot be empty; write its value");
        insta::assert_snapshot!(problems(&parameter(&format!("  value = \"{}\"", "é".repeat(2049)))), @"2:11 SW202 4098 bytes are more than a parameter holds; it has at most 4096: keep a file in a bucket instead");
    }
}
