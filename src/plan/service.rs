//! The calls of the protocol, answered for one provider.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use bytes::Bytes;
use prost::Message;

use super::documents::Document;
use super::made_up::MadeUp;
use super::protocol as p;
use super::rules::{self, Environment, Path, Problem, Settings};
use super::schema::{self, Attribute, Block, Nesting, Presence, Provider, Resource, Type};
use super::server::framed;
use super::value::Value;
use super::wire::{self, WireError};

/// The account that AWS's documentation uses.
pub(super) const ACCOUNT: &str = "123456789012";

/// What the served providers are told of the world.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The region of a provider block that names none.
    pub region: String,
    /// The account that everything is in.
    pub account: String,
    /// Secrets and parameters that are read as JSON.
    pub documents: Vec<Document>,
}

impl Default for Options {
    fn default() -> Self {
        Self { region: "us-east-1".into(), account: ACCOUNT.into(), documents: Vec::new() }
    }
}

/// What may change while a provider is served.
#[derive(Debug)]
pub struct Mode {
    validating: AtomicBool,
    made_up: Mutex<MadeUp>,
    /// What another state holds, by type and by what an import names it.
    held: Mutex<BTreeMap<(String, String), serde_json::Value>>,
}

impl Default for Mode {
    fn default() -> Self {
        Self {
            validating: AtomicBool::new(true),
            made_up: Mutex::default(),
            held: Mutex::default(),
        }
    }
}

impl Mode {
    pub fn set_validating(&self, validating: bool) {
        self.validating.store(validating, Ordering::Relaxed);
    }

    /// What data sources have made up.
    pub fn made_up(&self) -> MadeUp {
        self.made_up.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn hold(&self, kind: &str, id: &str, attributes: serde_json::Value) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.insert((kind.to_owned(), id.to_owned()), attributes);
    }

    fn held(&self, kind: &str, id: &str) -> Option<serde_json::Value> {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.get(&(kind.to_owned(), id.to_owned())).cloned()
    }

    pub fn note(&self, texts: &[String]) {
        let mut made_up = self.made_up.lock().unwrap_or_else(PoisonError::into_inner);
        texts.iter().for_each(|text| made_up.add_text(text));
    }
}

/// A call that has no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// <https://grpc.github.io/grpc/core/md_doc_statuscodes.html>
    pub code: u16,
    pub message: String,
}

impl Status {
    pub fn invalid(message: impl Into<String>) -> Self {
        Self { code: 3, message: message.into() }
    }

    pub fn exhausted(message: impl Into<String>) -> Self {
        Self { code: 8, message: message.into() }
    }

    pub fn unimplemented(what: &str) -> Self {
        Self { code: 12, message: format!("`{what}` is not served") }
    }
}

impl From<prost::DecodeError> for Status {
    fn from(error: prost::DecodeError) -> Self {
        Self::invalid(error.to_string())
    }
}

impl From<WireError> for Status {
    fn from(error: WireError) -> Self {
        Self::invalid(error.to_string())
    }
}

/// What is configured on one connection.
#[derive(Debug, Default)]
pub struct Connection {
    settings: Mutex<Option<Arc<Settings>>>,
}

/// In the `private` of a resource that was imported: of its attributes only the id is known.
const IMPORTED: &[u8] = br#"{"stackwright":"imported"}"#;

/// A provider as it is served.
#[derive(Debug)]
pub struct Service {
    name: String,
    config: Block,
    resources: BTreeMap<String, Served>,
    data_sources: BTreeMap<String, Served>,
    ephemeral: BTreeMap<String, Served>,
    /// The answer to GetProviderSchema.
    schema: Result<Bytes, Status>,
    environment: Environment,
    options: Arc<Options>,
    mode: Arc<Mode>,
}

#[derive(Debug)]
struct Served {
    resource: Resource,
    ty: OnceLock<Type>,
}

impl Served {
    fn all(resources: BTreeMap<String, Resource>) -> BTreeMap<String, Self> {
        let served = |resource| Self { resource, ty: OnceLock::new() };
        resources.into_iter().map(|(name, resource)| (name, served(resource))).collect()
    }

    fn ty(&self) -> &Type {
        self.ty.get_or_init(|| self.resource.block.object_type())
    }

    fn decode(&self, value: Option<p::DynamicValue>) -> Result<Value, Status> {
        decode(value, self.ty())
    }

    fn encode(&self, value: &Value) -> Result<Option<p::DynamicValue>, Status> {
        encode(value, self.ty())
    }
}

impl Service {
    pub fn new(provider: Provider, options: Arc<Options>, mode: Arc<Mode>) -> Self {
        let schema = framed(&schema_response(&provider));
        Self {
            environment: Environment::new(&provider.name),
            name: provider.name,
            config: provider.config,
            resources: Served::all(provider.resources),
            data_sources: Served::all(provider.data_sources),
            ephemeral: Served::all(provider.ephemeral),
            schema,
            options,
            mode,
        }
    }

    /// Answers a call, with the message as it goes over the wire.
    pub fn call(&self, on: &Connection, method: &str, message: Bytes) -> Result<Bytes, Status> {
        match method {
            "GetMetadata" => framed(&self.metadata()),
            "GetProviderSchema" => self.schema.clone(),
            // What is served says which arguments there are; the rest needs credentials.
            "ValidateProviderConfig" => framed(&p::ValidateProviderConfigResponse::default()),
            "ValidateResourceConfig" => framed(&self.validate(&self.resources, message)?),
            "ValidateDataResourceConfig" => framed(&self.validate(&self.data_sources, message)?),
            "UpgradeResourceState" => framed(&self.upgrade(message)?),
            "ConfigureProvider" => framed(&self.configure(on, message)?),
            "ReadResource" => framed(&read(message)?),
            "PlanResourceChange" => framed(&self.plan(on, message)?),
            "ApplyResourceChange" => framed(&self.apply(on, message)?),
            "ImportResourceState" => framed(&self.import(message)?),
            "MoveResourceState" => framed(&self.moved(message)?),
            "ReadDataSource" => framed(&self.read_data(on, message)?),
            "ValidateEphemeralResourceConfig" => framed(&self.validate(&self.ephemeral, message)?),
            "OpenEphemeralResource" => framed(&self.open(on, message)?),
            // What is open expires never, and holds nothing.
            "RenewEphemeralResource" | "CloseEphemeralResource" => {
                framed(&p::DiagnosticsResponse::default())
            }
            "GetFunctions" => framed(&p::GetFunctionsResponse { functions: functions(&self.name) }),
            "CallFunction" => framed(&self.call_function(message)?),
            "StopProvider" => framed(&p::Empty {}),
            _ => Err(Status::unimplemented(method)),
        }
    }

    fn metadata(&self) -> p::GetMetadataResponse {
        let named = |name: &String| p::Named { name: name.clone() };
        p::GetMetadataResponse {
            server_capabilities: Some(capabilities()),
            data_sources: self.data_sources.keys().map(named).collect(),
            resources: self.resources.keys().map(named).collect(),
            functions: functions(&self.name).keys().map(named).collect(),
            ephemeral_resources: self.ephemeral.keys().map(named).collect(),
        }
    }

    fn resource(&self, name: &str) -> Result<&Served, Status> {
        let unknown = || Status::invalid(format!("`{}` has no resource `{name}`", self.name));
        self.resources.get(name).ok_or_else(unknown)
    }

    fn settings(&self, on: &Connection) -> Arc<Settings> {
        let settings = on.settings.lock().unwrap_or_else(PoisonError::into_inner).clone();
        settings.unwrap_or_else(|| Arc::new(Settings::new(&Value::Null, &self.options)))
    }

    fn validate(
        &self,
        types: &BTreeMap<String, Served>,
        message: Bytes,
    ) -> Result<p::DiagnosticsResponse, Status> {
        let request = p::ConfigRequest::decode(message)?;
        if !self.mode.validating.load(Ordering::Relaxed) {
            return Ok(p::DiagnosticsResponse::default());
        }
        let Some(served) = types.get(&request.type_name) else {
            return Err(Status::invalid(format!("`{}` is not served", request.type_name)));
        };
        let config = served.decode(request.config)?;
        let problems = rules::validate::config(&served.resource, &config);
        Ok(p::DiagnosticsResponse { diagnostics: problems.into_iter().map(diagnostic).collect() })
    }

    fn upgrade(&self, message: Bytes) -> Result<p::UpgradeResourceStateResponse, Status> {
        let request = p::UpgradeResourceStateRequest::decode(message)?;
        let served = self.resource(&request.type_name)?;
        match state(request.raw_state, &served.resource.block) {
            Ok(state) => Ok(p::UpgradeResourceStateResponse {
                upgraded_state: served.encode(&state)?,
                diagnostics: Vec::new(),
            }),
            Err(problem) => Ok(p::UpgradeResourceStateResponse {
                upgraded_state: None,
                diagnostics: vec![diagnostic(problem)],
            }),
        }
    }

    fn configure(&self, on: &Connection, message: Bytes) -> Result<p::DiagnosticsResponse, Status> {
        let request = p::ConfigureProviderRequest::decode(message)?;
        let config = decode(request.config, &self.config.object_type())?;
        let settings = Arc::new(Settings::new(&config, &self.options));
        *on.settings.lock().unwrap_or_else(PoisonError::into_inner) = Some(settings);
        Ok(p::DiagnosticsResponse::default())
    }

    fn plan(
        &self,
        on: &Connection,
        message: Bytes,
    ) -> Result<p::PlanResourceChangeResponse, Status> {
        let request = p::PlanResourceChangeRequest::decode(message)?;
        let served = self.resource(&request.type_name)?;
        let proposed = served.decode(request.proposed_new_state)?;
        let mut response = p::PlanResourceChangeResponse {
            planned_private: request.prior_private.clone(),
            // Without it, Terraform refuses defaults of arguments that the provider does not
            // compute.
            legacy_type_system: true,
            ..Default::default()
        };
        if proposed.is_null() {
            response.planned_state = served.encode(&Value::Null)?;
            return Ok(response);
        }
        let change = rules::change::plan(&rules::change::Wanted {
            type_name: &request.type_name,
            resource: &served.resource,
            ty: served.ty(),
            config: &served.decode(request.config)?,
            prior: &served.decode(request.prior_state)?,
            imported: request.prior_private == IMPORTED,
            settings: &self.settings(on),
            environment: &self.environment,
        });
        response.planned_state = served.encode(&change.planned)?;
        response.requires_replace = change.replaces.into_iter().map(attribute_path).collect();
        Ok(response)
    }

    fn apply(
        &self,
        on: &Connection,
        message: Bytes,
    ) -> Result<p::ApplyResourceChangeResponse, Status> {
        let request = p::ApplyResourceChangeRequest::decode(message)?;
        let served = self.resource(&request.type_name)?;
        let planned = served.decode(request.planned_state)?;
        let new = if planned.is_null() {
            Value::Null
        } else {
            rules::apply::settle(&rules::apply::Planned {
                type_name: &request.type_name,
                resource: &served.resource,
                planned: &planned,
                config: &served.decode(request.config)?,
                prior: &served.decode(request.prior_state)?,
                settings: &self.settings(on),
                environment: &self.environment,
            })
        };
        let imported = request.planned_private == IMPORTED;
        Ok(p::ApplyResourceChangeResponse {
            new_state: served.encode(&new)?,
            private: if imported { Bytes::new() } else { request.planned_private },
            diagnostics: Vec::new(),
            legacy_type_system: true,
        })
    }

    fn import(&self, message: Bytes) -> Result<p::ImportResourceStateResponse, Status> {
        let request = p::ImportResourceStateRequest::decode(message)?;
        let served = self.resource(&request.type_name)?;
        let held = self.mode.held(&request.type_name, &request.id).and_then(|attributes| {
            let raw = p::RawState { json: attributes.to_string().into(), ..Default::default() };
            state(Some(raw), &served.resource.block).ok()
        });
        let (state, private) = match held {
            Some(state) => (rules::with_defaults(state, &served.resource.block), Bytes::new()),
            None => {
                let id = ("id".to_owned(), request.id.into());
                let state = rules::blank(&served.resource.block, BTreeMap::from([id]));
                (state, Bytes::from_static(IMPORTED))
            }
        };
        let imported = p::ImportedResource {
            type_name: request.type_name,
            state: served.encode(&state)?,
            private,
        };
        Ok(p::ImportResourceStateResponse {
            imported_resources: vec![imported],
            diagnostics: Vec::new(),
        })
    }

    fn moved(&self, message: Bytes) -> Result<p::MoveResourceStateResponse, Status> {
        let request = p::MoveResourceStateRequest::decode(message)?;
        let served = self.resource(&request.target_type_name)?;
        match state(request.source_state, &served.resource.block) {
            Ok(state) => Ok(p::MoveResourceStateResponse {
                target_state: served.encode(&state)?,
                diagnostics: Vec::new(),
                target_private: request.source_private,
            }),
            Err(problem) => Ok(p::MoveResourceStateResponse {
                diagnostics: vec![diagnostic(problem)],
                ..Default::default()
            }),
        }
    }

    fn read_data(
        &self,
        on: &Connection,
        message: Bytes,
    ) -> Result<p::ReadDataSourceResponse, Status> {
        let request = p::ConfigRequest::decode(message)?;
        let Some(served) = self.data_sources.get(&request.type_name) else {
            let unknown = format!("`{}` has no data source `{}`", self.name, request.type_name);
            return Err(Status::invalid(unknown));
        };
        let config = served.decode(request.config)?;
        let read = rules::data::read(&rules::data::Asked {
            type_name: &request.type_name,
            source: &served.resource,
            config: &config,
            settings: &self.settings(on),
            documents: &self.options.documents,
        });
        Ok(match read {
            Ok(state) => {
                self.mode.note(&rules::data::made_up(&request.type_name, &state, &config));
                p::ReadDataSourceResponse { state: served.encode(&state)?, diagnostics: Vec::new() }
            }
            Err(problem) => {
                p::ReadDataSourceResponse { state: None, diagnostics: vec![diagnostic(problem)] }
            }
        })
    }

    fn open(
        &self,
        on: &Connection,
        message: Bytes,
    ) -> Result<p::OpenEphemeralResourceResponse, Status> {
        let request = p::ConfigRequest::decode(message)?;
        let Some(served) = self.ephemeral.get(&request.type_name) else {
            let unknown =
                format!("`{}` has no ephemeral resource `{}`", self.name, request.type_name);
            return Err(Status::invalid(unknown));
        };
        // It is like a data source that nothing is kept of.
        let opened = rules::data::read(&rules::data::Asked {
            type_name: &request.type_name,
            source: &served.resource,
            config: &served.decode(request.config)?,
            settings: &self.settings(on),
            documents: &self.options.documents,
        });
        Ok(match opened {
            Ok(result) => p::OpenEphemeralResourceResponse {
                result: served.encode(&result)?,
                diagnostics: Vec::new(),
            },
            Err(problem) => p::OpenEphemeralResourceResponse {
                result: None,
                diagnostics: vec![diagnostic(problem)],
            },
        })
    }

    fn call_function(&self, message: Bytes) -> Result<p::CallFunctionResponse, Status> {
        let request = p::CallFunctionRequest::decode(message)?;
        let Some(function) =
            rules::functions::of(&self.name).iter().find(|function| function.name == request.name)
        else {
            return Err(Status::unimplemented(&request.name));
        };
        let arguments: Result<Vec<Value>, Status> = request
            .arguments
            .into_iter()
            .map(|argument| decode(Some(argument), &Type::String))
            .collect();
        Ok(match (function.call)(&arguments?) {
            Ok(result) => p::CallFunctionResponse {
                result: encode(&result, &(function.result)())?,
                error: None,
            },
            Err(text) => p::CallFunctionResponse {
                result: None,
                error: Some(p::FunctionError { text, function_argument: Some(0) }),
            },
        })
    }
}

/// What is there stays as it is: there is nothing to ask.
fn read(message: Bytes) -> Result<p::ReadResourceResponse, Status> {
    let request = p::ReadResourceRequest::decode(message)?;
    Ok(p::ReadResourceResponse { new_state: request.current_state, private: request.private })
}

fn state(raw: Option<p::RawState>, block: &Block) -> Result<Value, Problem> {
    let raw = raw.unwrap_or_default();
    if raw.json.is_empty() && !raw.flatmap.is_empty() {
        return Err(Problem::new(
            "state of Terraform 0.11",
            "run `terraform refresh` with the real provider once",
        ));
    }
    match serde_json::from_slice(&raw.json) {
        Ok(json) => Ok(wire::from_state(&json, block)),
        Err(error) => Err(Problem::new("unreadable state", error.to_string())),
    }
}

fn decode(value: Option<p::DynamicValue>, ty: &Type) -> Result<Value, Status> {
    let value = value.unwrap_or_default();
    if !value.msgpack.is_empty() {
        return Ok(wire::decode(&value.msgpack, ty)?);
    }
    if value.json.is_empty() {
        return Ok(Value::Null);
    }
    let json = serde_json::from_slice(&value.json);
    json.map(|json| wire::from_json(&json, ty)).map_err(|error| Status::invalid(error.to_string()))
}

fn encode(value: &Value, ty: &Type) -> Result<Option<p::DynamicValue>, Status> {
    let msgpack = wire::encode(value, ty)?.into();
    Ok(Some(p::DynamicValue { msgpack, json: Bytes::new() }))
}

fn diagnostic(problem: Problem) -> p::Diagnostic {
    p::Diagnostic {
        severity: p::Severity::Error.into(),
        summary: problem.summary,
        detail: problem.detail,
        attribute: (!problem.path.is_empty()).then(|| attribute_path(problem.path)),
    }
}

fn attribute_path(path: Path) -> p::AttributePath {
    let step = |step| match step {
        rules::Step::Attribute(name) => p::Selector::AttributeName(name),
        rules::Step::Key(key) => p::Selector::ElementKeyString(key),
        rules::Step::Index(place) => p::Selector::ElementKeyInt(place),
    };
    let steps = path.into_iter().map(|it| p::Step { selector: Some(step(it)) });
    p::AttributePath { steps: steps.collect() }
}

fn capabilities() -> p::ServerCapabilities {
    p::ServerCapabilities { get_provider_schema_optional: true, move_resource_state: true }
}

fn functions(provider: &str) -> BTreeMap<String, p::Function> {
    let parameter =
        |name: &&str| p::Parameter { name: (*name).to_owned(), r#type: type_bytes(&Type::String) };
    rules::functions::of(provider)
        .iter()
        .map(|function| {
            let described = p::Function {
                parameters: function.parameters.iter().map(parameter).collect(),
                r#return: Some(p::Return { r#type: type_bytes(&(function.result)()) }),
            };
            (function.name.to_owned(), described)
        })
        .collect()
}

fn schema_response(provider: &Provider) -> p::GetProviderSchemaResponse {
    let schemas = |resources: &BTreeMap<String, Resource>| {
        let schema =
            |(name, it): (&String, &Resource)| (name.clone(), schema_of(it.version, &it.block));
        resources.iter().map(schema).collect()
    };
    p::GetProviderSchemaResponse {
        provider: Some(schema_of(0, &provider.config)),
        resource_schemas: schemas(&provider.resources),
        data_source_schemas: schemas(&provider.data_sources),
        server_capabilities: Some(capabilities()),
        functions: functions(&provider.name),
        ephemeral_resource_schemas: schemas(&provider.ephemeral),
    }
}

fn schema_of(version: i64, block: &Block) -> p::Schema {
    p::Schema { version, block: Some(schema_block(block)) }
}

fn schema_block(block: &Block) -> p::SchemaBlock {
    let nested = |(name, nested): (&String, &schema::NestedBlock)| p::SchemaNestedBlock {
        type_name: name.clone(),
        block: Some(schema_block(&nested.block)),
        nesting: nesting(nested.nesting).into(),
        min_items: nested.min,
        max_items: nested.max,
    };
    p::SchemaBlock {
        attributes: schema_attributes(&block.attributes),
        block_types: block.blocks.iter().map(nested).collect(),
    }
}

fn schema_attributes(attributes: &BTreeMap<String, Attribute>) -> Vec<p::SchemaAttribute> {
    let schema = |(name, attribute): (&String, &Attribute)| {
        let presence = attribute.presence;
        let (ty, nested_type) = match &attribute.ty {
            Type::Nested(mode, attributes) => {
                let object = p::SchemaObject {
                    attributes: schema_attributes(attributes),
                    nesting: nesting(*mode).into(),
                };
                (Bytes::new(), Some(object))
            }
            ty => (type_bytes(ty), None),
        };
        p::SchemaAttribute {
            name: name.clone(),
            r#type: ty,
            required: presence == Presence::Required,
            optional: matches!(presence, Presence::Optional | Presence::OptionalComputed),
            computed: matches!(presence, Presence::Computed | Presence::OptionalComputed),
            sensitive: attribute.sensitive,
            nested_type,
            write_only: attribute.write_only,
        }
    };
    attributes.iter().map(schema).collect()
}

fn nesting(nesting: Nesting) -> p::NestingMode {
    match nesting {
        Nesting::Single => p::NestingMode::Single,
        Nesting::List => p::NestingMode::List,
        Nesting::Set => p::NestingMode::Set,
        Nesting::Map => p::NestingMode::Map,
        Nesting::Group => p::NestingMode::Group,
    }
}

fn type_bytes(ty: &Type) -> Bytes {
    match ty {
        // Most attributes are one of these.
        Type::String => Bytes::from_static(b"\"string\""),
        Type::Bool => Bytes::from_static(b"\"bool\""),
        Type::Number => Bytes::from_static(b"\"number\""),
        _ => ty.to_json().to_string().into(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::plan::facts;

    const METHODS: [&str; 20] = [
        "ApplyResourceChange",
        "CallFunction",
        "CloseEphemeralResource",
        "ConfigureProvider",
        "GetFunctions",
        "GetMetadata",
        "GetProviderSchema",
        "ImportResourceState",
        "MoveResourceState",
        "OpenEphemeralResource",
        "PlanResourceChange",
        "ReadDataSource",
        "ReadResource",
        "RenewEphemeralResource",
        "StopProvider",
        "UpgradeResourceState",
        "ValidateDataResourceConfig",
        "ValidateEphemeralResourceConfig",
        "ValidateProviderConfig",
        "ValidateResourceConfig",
    ];

    fn service() -> Service {
        let types = BTreeSet::from(["aws_vpc".to_owned()]);
        let provider = facts::provider("hashicorp/aws", &types, &BTreeSet::new()).unwrap().unwrap();
        Service::new(provider, Arc::default(), Arc::default())
    }

    fn call(service: &Service, method: &str, message: &impl Message) -> Result<Bytes, Status> {
        service.call(&Connection::default(), method, message.encode_to_vec().into())
    }

    fn plan_of(value: Vec<u8>) -> p::PlanResourceChangeRequest {
        let value = Some(p::DynamicValue { msgpack: value.into(), json: Bytes::new() });
        p::PlanResourceChangeRequest {
            type_name: "aws_vpc".into(),
            prior_state: value.clone(),
            proposed_new_state: value.clone(),
            config: value,
            prior_private: Bytes::new(),
        }
    }

    proptest! {
        #[test]
        fn no_message_makes_it_panic(
            method in prop::sample::select(METHODS.to_vec()),
            message in prop::collection::vec(any::<u8>(), 0..64)
        ) {
            let _ = service().call(&Connection::default(), method, message.into());
        }

        #[test]
        fn no_value_makes_it_panic(value in prop::collection::vec(any::<u8>(), 0..64)) {
            let service = service();
            let _ = call(&service, "PlanResourceChange", &plan_of(value.clone()));
            let raw = p::RawState { json: value.into(), ..Default::default() };
            let state = p::UpgradeResourceStateRequest {
                type_name: "aws_vpc".into(),
                raw_state: Some(raw),
            };
            let _ = call(&service, "UpgradeResourceState", &state);
        }
    }

    #[test]
    fn a_value_of_the_wrong_kind_is_an_error_with_a_reason() {
        let status = call(&service(), "PlanResourceChange", &plan_of(vec![0x93, 1, 2, 3]));
        let message = "expected an object, found an array".to_owned();
        assert_eq!(status, Err(Status { code: 3, message }));
    }

    #[test]
    fn an_unknown_resource_type_is_named() {
        let request =
            p::PlanResourceChangeRequest { type_name: "aws_nothing".into(), ..Default::default() };
        let status = call(&service(), "PlanResourceChange", &request).unwrap_err();
        assert_eq!(status.message, "`hashicorp/aws` has no resource `aws_nothing`");
    }

    #[test]
    fn what_newer_protocols_ask_is_not_served() {
        let status = call(&service(), "GetResourceIdentitySchemas", &p::Empty {}).unwrap_err();
        assert_eq!(status.code, 12);
    }
}
