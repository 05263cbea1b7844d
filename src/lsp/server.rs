//! The session with one editor: its documents, and which question goes where.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io::{self, BufReader, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

use lsp_server::{ErrorCode, Message, Notification, RequestId, Response};
use lsp_types::notification::{self, Notification as _};
use lsp_types::request::{self, Request as _};
use lsp_types::{
    ClientCapabilities, CodeAction, CodeActionKind, CodeActionOptions, CodeActionOrCommand,
    CodeActionParams, CodeActionProviderCapability, CodeActionResponse, CompletionOptions,
    CompletionParams, CompletionResponse, DidChangeTextDocumentParams, DidChangeWatchedFilesParams,
    DidChangeWatchedFilesRegistrationOptions, DidChangeWorkspaceFoldersParams,
    DidCloseTextDocumentParams, DidOpenTextDocumentParams, DidSaveTextDocumentParams,
    DocumentChangeOperation, DocumentChanges, DocumentFormattingParams, DocumentHighlight,
    DocumentHighlightParams, DocumentRangeFormattingParams, DocumentSymbol, DocumentSymbolParams,
    DocumentSymbolResponse, FileSystemWatcher, FoldingRange, FoldingRangeParams,
    FoldingRangeProviderCapability, GlobPattern, GotoDefinitionParams, GotoDefinitionResponse,
    Hover, HoverContents, HoverParams, HoverProviderCapability, InitializeParams, InitializeResult,
    Location, MarkupKind, MessageType, OneOf, OptionalVersionedTextDocumentIdentifier,
    PrepareRenameResponse, PublishDiagnosticsParams, ReferenceParams, Registration,
    RegistrationParams, RenameOptions, RenameParams, SaveOptions, ServerCapabilities, ServerInfo,
    ShowMessageParams, SymbolInformation, TextDocumentEdit, TextDocumentPositionParams,
    TextDocumentSyncCapability, TextDocumentSyncKind, TextDocumentSyncOptions,
    TextDocumentSyncSaveOptions, TextEdit, Uri, WorkspaceEdit, WorkspaceFolder,
    WorkspaceFoldersServerCapabilities, WorkspaceServerCapabilities, WorkspaceSymbolParams,
    WorkspaceSymbolResponse,
};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::complete::{self, Takes};
use super::diagnose::{self, Finding, Found, Job, Subject};
use super::document::{self, Document, Target};
use super::grammar::FileKind;
use super::outline::Block;
use super::text::Text;
use super::wire::{self, Incoming};
use super::{navigate, rename};
use crate::Program;
use crate::component::{Artifact, Component as _, Image};
use crate::git::{Repository, Snapshot};
use crate::hcl::format::format;
use crate::image;
use crate::project::{self, DESCRIPTION, Project};

/// How deep below a stack's folder locks stand: `shop/production/jobs/images.tf`.
const DEPTH: usize = 3;

/// The symbols of a workspace that are shown at most.
const MAX_SYMBOLS: usize = 1000;

/// Something that happens.
enum Event {
    Incoming(Incoming),
    /// Nothing more comes in, perhaps because of this error.
    End(Option<io::Error>),
    Found(Found),
}

/// Why a question has no answer.
struct Failure {
    code: ErrorCode,
    message: String,
}

impl Failure {
    fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

/// A refusal in words for people.
impl From<String> for Failure {
    fn from(message: String) -> Self {
        Self::new(ErrorCode::RequestFailed, message)
    }
}

/// How far the session is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// The editor has not said what it can.
    New,
    Running,
    /// The editor wants to end.
    ShutDown,
}

/// Where a document stands.
#[derive(Debug, Clone)]
struct Place {
    /// The folder of its project, without symbolic links.
    root: Option<PathBuf>,
    /// Its path relative to that, or its address.
    path: String,
    /// What it is read with.
    subject: Subject,
}

struct Open {
    document: Document,
    place: Place,
}

struct Server<'p, W> {
    program: &'p Program,
    out: W,
    stage: Stage,
    client: ClientCapabilities,
    takes: Takes,
    folders: Vec<PathBuf>,
    /// By address, in a fixed order.
    documents: BTreeMap<String, Open>,
    jobs: Sender<Job>,
    /// Counts jobs.
    generation: u64,
    /// The last job about each subject.
    asked: BTreeMap<Subject, u64>,
    /// What has to be read again.
    dirty: BTreeSet<Subject>,
    findings: BTreeMap<Subject, BTreeMap<String, Vec<Finding>>>,
}

/// Talks with an editor until it ends the session. True when it ended as the protocol has it, with
/// `shutdown` before `exit`.
///
/// # Errors
/// When the editor cannot be heard or told anything any more.
pub fn serve(
    program: &Program,
    input: impl Read + Send + 'static,
    output: impl Write,
) -> io::Result<bool> {
    let (events, happens) = channel();
    let (jobs, asked) = channel();
    let incoming = events.clone();
    std::thread::spawn(move || {
        let mut input = BufReader::new(input);
        loop {
            let event = match wire::read(&mut input) {
                Ok(Some(message)) => Event::Incoming(message),
                Ok(None) => Event::End(None),
                Err(error) => Event::End(Some(error)),
            };
            let is_end = matches!(event, Event::End(_));
            if incoming.send(event).is_err() || is_end {
                return;
            }
        }
    });
    let reading = program.clone();
    std::thread::spawn(move || {
        diagnose::work(&reading, &asked, &|found| events.send(Event::Found(found)).is_ok());
    });
    let mut server = Server::new(program, output, jobs);
    server.run(&happens)
}

impl<'p, W: Write> Server<'p, W> {
    fn new(program: &'p Program, out: W, jobs: Sender<Job>) -> Self {
        Self {
            program,
            out,
            stage: Stage::New,
            client: ClientCapabilities::default(),
            takes: Takes::default(),
            folders: Vec::new(),
            documents: BTreeMap::new(),
            jobs,
            generation: 0,
            asked: BTreeMap::new(),
            dirty: BTreeSet::new(),
            findings: BTreeMap::new(),
        }
    }

    fn run(&mut self, happens: &Receiver<Event>) -> io::Result<bool> {
        let mut waiting: VecDeque<Event> = VecDeque::new();
        loop {
            if waiting.is_empty() {
                // Nobody waits for an answer: there is time to look at what was typed.
                self.read_dirty();
                match happens.recv() {
                    Ok(event) => waiting.push_back(event),
                    Err(_) => return Ok(false),
                }
            }
            // What comes in meanwhile may take back what has not been answered.
            waiting.extend(happens.try_iter());
            let Some(event) = waiting.pop_front() else { continue };
            match event {
                Event::Found(found) => self.show(found)?,
                Event::End(error) => return error.map_or(Ok(false), Err),
                Event::Incoming(Incoming::Malformed(why)) => {
                    tracing::warn!(%why, "the editor sent something else than a message");
                    // Nobody knows whose answer it would be (JSON-RPC 2.0, "Response object").
                    let error = serde_json::json!({
                        "jsonrpc": "2.0", "id": null,
                        "error": {"code": ErrorCode::ParseError as i32, "message": why},
                    });
                    self.send_text(&error.to_string())?;
                }
                Event::Incoming(Incoming::Message(Message::Request(request))) => {
                    let is_cancelled = waiting.iter().any(|event| is_cancel_of(event, &request.id));
                    let response = match is_cancelled {
                        true => Err(Failure::new(ErrorCode::RequestCanceled, "cancelled")),
                        false => self.guarded(&request.method, request.params),
                    };
                    self.send(Message::Response(match response {
                        Ok(result) => Response { id: request.id, response_result: Ok(result) },
                        Err(Failure { code, message }) => {
                            Response::new_err(request.id, code as i32, message)
                        }
                    }))?;
                }
                Event::Incoming(Incoming::Message(Message::Notification(notification))) => {
                    if notification.method == notification::Exit::METHOD {
                        return Ok(self.stage == Stage::ShutDown);
                    }
                    self.notified(notification)?;
                }
                // Answers to what was registered.
                Event::Incoming(Incoming::Message(Message::Response(response))) => {
                    if let Err(error) = response.response_result {
                        tracing::warn!(code = error.code, "the editor refused a request");
                    }
                }
            }
        }
    }

    fn send(&mut self, message: Message) -> io::Result<()> {
        message.write(&mut self.out)
    }

    fn send_text(&mut self, text: &str) -> io::Result<()> {
        write!(self.out, "Content-Length: {}\r\n\r\n{text}", text.len())?;
        self.out.flush()
    }

    fn notify<N: notification::Notification>(&mut self, params: N::Params) -> io::Result<()> {
        self.send(Message::Notification(Notification::new(N::METHOD.to_owned(), params)))
    }

    /// Answers a request; a mistake of ours costs this answer only.
    fn guarded(&mut self, method: &str, params: Value) -> Result<Value, Failure> {
        let answer = catch_unwind(AssertUnwindSafe(|| self.request(method, params)));
        answer.unwrap_or_else(|_| {
            tracing::error!(
                method,
                "a request could not be answered: this is a mistake in Stackwright"
            );
            Err(Failure::new(ErrorCode::InternalError, "a mistake in Stackwright"))
        })
    }

    fn request(&mut self, method: &str, params: Value) -> Result<Value, Failure> {
        match (self.stage, method) {
            (Stage::New, request::Initialize::METHOD) => {
                return self.answer::<request::Initialize>(params, Self::initialize);
            }
            (Stage::New, _) => {
                return Err(Failure::new(
                    ErrorCode::ServerNotInitialized,
                    "`initialize` comes first",
                ));
            }
            (Stage::ShutDown, _) => {
                return Err(Failure::new(ErrorCode::InvalidRequest, "the session was shut down"));
            }
            (Stage::Running, request::Initialize::METHOD) => {
                return Err(Failure::new(ErrorCode::InvalidRequest, "`initialize` comes once"));
            }
            (Stage::Running, _) => {}
        }
        match method {
            request::Shutdown::METHOD => {
                self.stage = Stage::ShutDown;
                Ok(Value::Null)
            }
            request::Completion::METHOD => {
                self.answer::<request::Completion>(params, Self::completion)
            }
            request::HoverRequest::METHOD => {
                self.answer::<request::HoverRequest>(params, Self::hover)
            }
            request::GotoDefinition::METHOD => {
                self.answer::<request::GotoDefinition>(params, Self::definition)
            }
            request::References::METHOD => {
                self.answer::<request::References>(params, Self::references)
            }
            request::DocumentHighlightRequest::METHOD => {
                self.answer::<request::DocumentHighlightRequest>(params, Self::highlights)
            }
            request::DocumentSymbolRequest::METHOD => {
                self.answer::<request::DocumentSymbolRequest>(params, Self::symbols)
            }
            request::WorkspaceSymbolRequest::METHOD => {
                self.answer::<request::WorkspaceSymbolRequest>(params, Self::workspace_symbols)
            }
            request::FoldingRangeRequest::METHOD => {
                self.answer::<request::FoldingRangeRequest>(params, Self::folds)
            }
            request::CodeActionRequest::METHOD => {
                self.answer::<request::CodeActionRequest>(params, Self::actions)
            }
            request::PrepareRenameRequest::METHOD => {
                self.answer::<request::PrepareRenameRequest>(params, Self::prepare_rename)
            }
            request::Rename::METHOD => self.answer::<request::Rename>(params, Self::rename),
            request::Formatting::METHOD => {
                self.answer::<request::Formatting>(params, Self::formatting)
            }
            request::RangeFormatting::METHOD => {
                self.answer::<request::RangeFormatting>(params, Self::range_formatting)
            }
            _ => Err(Failure::new(ErrorCode::MethodNotFound, format!("there is no `{method}`"))),
        }
    }

    fn answer<R: request::Request>(
        &mut self,
        params: Value,
        answer: impl FnOnce(&mut Self, R::Params) -> Result<R::Result, Failure>,
    ) -> Result<Value, Failure>
    where
        R::Params: DeserializeOwned,
    {
        // The error would hold what was sent, and that holds texts of people.
        let params: R::Params = serde_json::from_value(params).map_err(|_| {
            let message = format!("these are no parameters of `{}`", R::METHOD);
            Failure::new(ErrorCode::InvalidParams, message)
        })?;
        let result = answer(self, params)?;
        serde_json::to_value(result)
            .map_err(|error| Failure::new(ErrorCode::InternalError, error.to_string()))
    }

    fn initialize(&mut self, params: InitializeParams) -> Result<InitializeResult, Failure> {
        self.stage = Stage::Running;
        self.client = params.capabilities;
        let completion = self.client.text_document.as_ref().and_then(|it| it.completion.as_ref());
        let item = completion.and_then(|it| it.completion_item.as_ref());
        let hover = self.client.text_document.as_ref().and_then(|it| it.hover.as_ref());
        let formats = hover.and_then(|it| it.content_format.as_ref());
        self.takes = Takes {
            snippets: item.and_then(|it| it.snippet_support).unwrap_or(false),
            markdown: formats.is_none_or(|it| it.contains(&MarkupKind::Markdown)),
        };
        #[allow(deprecated)] // some editors say no other
        let root = params.root_uri;
        let folders = params.workspace_folders.unwrap_or_default();
        let folders = folders.into_iter().map(|folder| folder.uri).chain(root);
        self.folders = folders.filter_map(|uri| document::path(&uri)).collect();
        self.folders.sort();
        self.folders.dedup();
        let (name, version) =
            (self.program.name().to_owned(), env!("CARGO_PKG_VERSION").to_owned());
        Ok(InitializeResult {
            capabilities: capabilities(),
            server_info: Some(ServerInfo { name, version: Some(version) }),
        })
    }

    fn notified(&mut self, notification: Notification) -> io::Result<()> {
        if self.stage != Stage::Running {
            return Ok(());
        }
        let Notification { method, params } = notification;
        /// What a notification says; nothing where it says nothing.
        fn said<P: DeserializeOwned>(method: &str, params: Value) -> Option<P> {
            let said = serde_json::from_value(params).ok();
            if said.is_none() {
                tracing::warn!(method, "a notification cannot be read");
            }
            said
        }
        match method.as_str() {
            notification::Initialized::METHOD => return self.watch(),
            notification::DidOpenTextDocument::METHOD => {
                if let Some(params) = said(&method, params) {
                    self.open(params);
                }
            }
            notification::DidChangeTextDocument::METHOD => {
                if let Some(params) = said(&method, params) {
                    self.change(params);
                }
            }
            notification::DidSaveTextDocument::METHOD => {
                if let Some(DidSaveTextDocumentParams { text_document, .. }) = said(&method, params)
                {
                    let open = self.documents.get(text_document.uri.as_str());
                    self.dirty.extend(open.map(|open| open.place.subject.clone()));
                }
            }
            notification::DidCloseTextDocument::METHOD => {
                if let Some(params) = said(&method, params) {
                    return self.close(&params);
                }
            }
            notification::DidChangeWatchedFiles::METHOD => {
                if let Some(DidChangeWatchedFilesParams { .. }) = said(&method, params) {
                    // A project file may have moved everything.
                    self.place_all();
                }
            }
            notification::DidChangeWorkspaceFolders::METHOD => {
                if let Some(DidChangeWorkspaceFoldersParams { event }) = said(&method, params) {
                    let path = |folder: WorkspaceFolder| document::path(&folder.uri);
                    let removed: Vec<PathBuf> =
                        event.removed.into_iter().filter_map(path).collect();
                    self.folders.retain(|folder| !removed.contains(folder));
                    self.folders.extend(event.added.into_iter().filter_map(path));
                }
            }
            // Others are none of ours; a request that was cancelled too late is answered.
            _ => {}
        }
        Ok(())
    }

    /// Asks to be told of files that change on disk.
    fn watch(&mut self) -> io::Result<()> {
        let workspace = self.client.workspace.as_ref();
        let watching = workspace.and_then(|it| it.did_change_watched_files.as_ref());
        if !watching.and_then(|it| it.dynamic_registration).unwrap_or(false) {
            return Ok(());
        }
        let watchers = [DESCRIPTION, project::FILE, image::FILE, "*.j2"].map(|name| {
            let glob_pattern = GlobPattern::String(format!("**/{name}"));
            FileSystemWatcher { glob_pattern, kind: None }
        });
        let options = DidChangeWatchedFilesRegistrationOptions { watchers: watchers.to_vec() };
        let registration = Registration {
            id: "files".to_owned(),
            method: notification::DidChangeWatchedFiles::METHOD.to_owned(),
            register_options: serde_json::to_value(options).ok(),
        };
        let params = RegistrationParams { registrations: vec![registration] };
        let method = request::RegisterCapability::METHOD.to_owned();
        let id = RequestId::from("watch".to_owned());
        self.send(Message::Request(lsp_server::Request::new(id, method, params)))
    }

    fn open(&mut self, params: DidOpenTextDocumentParams) {
        let item = params.text_document;
        let Some((kind, place)) = self.place(&item.uri) else { return };
        let key = item.uri.as_str().to_owned();
        let document = Document::new(item.uri, kind, Some(item.version), Text::new(item.text));
        self.touch(&place.subject);
        self.documents.insert(key, Open { document, place });
    }

    fn change(&mut self, params: DidChangeTextDocumentParams) {
        let key = params.text_document.uri.as_str().to_owned();
        let Some(Open { document, place }) = self.documents.remove(&key) else { return };
        let text = params
            .content_changes
            .into_iter()
            .fold(document.text, |text, change| text.changed(change));
        let document =
            Document::new(document.uri, document.kind, Some(params.text_document.version), text);
        self.touch(&place.subject);
        self.documents.insert(key, Open { document, place });
    }

    /// Says that a subject has to be read again, and what depends on it.
    fn touch(&mut self, subject: &Subject) {
        self.dirty.insert(subject.clone());
        if let Subject::Project { .. } = subject {
            let others = self.documents.values().map(|open| open.place.subject.clone());
            self.dirty.extend(others);
        }
    }

    fn close(&mut self, params: &DidCloseTextDocumentParams) -> io::Result<()> {
        let Some(closed) = self.documents.remove(params.text_document.uri.as_str()) else {
            return Ok(());
        };
        let subject = closed.place.subject;
        if let Subject::Project { .. } = subject {
            self.touch(&subject);
        }
        if self.documents.values().any(|open| open.place.subject == subject) {
            self.dirty.insert(subject);
            return Ok(());
        }
        // Nobody looks at it any more.
        self.dirty.remove(&subject);
        self.asked.remove(&subject);
        let old = self.findings.remove(&subject).unwrap_or_default();
        let mut shown: BTreeSet<String> = old.into_keys().collect();
        shown.insert(closed.document.uri.as_str().to_owned());
        self.publish(shown)
    }

    /// Finds out again where all documents stand, and reads them again.
    fn place_all(&mut self) {
        let uris: Vec<Uri> =
            self.documents.values().map(|open| open.document.uri.clone()).collect();
        for uri in uris {
            let place = self.place(&uri).map(|(_, place)| place);
            if let (Some(open), Some(place)) = (self.documents.get_mut(uri.as_str()), place) {
                self.dirty.insert(place.subject.clone());
                open.place = place;
            }
        }
    }

    /// Which file an address is of, and where that stands; `None` for what is none of ours.
    fn place(&self, uri: &Uri) -> Option<(FileKind, Place)> {
        let alone = |name: Option<String>| Place {
            root: None,
            path: uri.as_str().to_owned(),
            subject: Subject::Alone { uri: uri.as_str().to_owned(), name },
        };
        // A text that was never saved.
        let Some(path) = document::path(uri) else {
            let of_git = uri.as_str().starts_with("git:");
            return (!of_git).then(|| (FileKind::Description, alone(None)));
        };
        let kind = match path.file_name()?.to_str()? {
            DESCRIPTION => FileKind::Description,
            project::FILE => FileKind::Project,
            image::FILE => FileKind::Lock,
            _ => return None,
        };
        let folder = path.parent()?;
        if kind == FileKind::Project {
            let root = real(folder);
            let subject = Subject::Project { root: root.clone() };
            return Some((
                kind,
                Place { root: Some(root), path: project::FILE.to_owned(), subject },
            ));
        }
        let own_name = folder.file_name().and_then(|name| name.to_str()).map(str::to_owned);
        let root = folder
            .ancestors()
            .find(|it| it.join(project::FILE).is_file() || it.join("stacks").is_dir());
        let in_project = root.and_then(|root| {
            let relative = path.strip_prefix(root).ok()?.to_str()?.replace('\\', "/");
            let root = real(root);
            let stacks = self.project(&root)?.stacks().to_owned();
            let below = relative.strip_prefix(&stacks)?.strip_prefix('/')?;
            let (name, rest) = below.split_once('/')?;
            if kind == FileKind::Description && rest != DESCRIPTION {
                return None;
            }
            let subject = Subject::Stack { root: root.clone(), name: name.to_owned() };
            Some(Place { root: Some(root), path: relative, subject })
        });
        match (kind, in_project) {
            (_, Some(place)) => Some((kind, place)),
            (FileKind::Description, None) => Some((kind, alone(own_name))),
            // Other tools call files so, too.
            (_, None) => None,
        }
    }

    /// The project in a folder, with the texts that are open; `None` where its file is wrong.
    fn project(&self, root: &Path) -> Option<Project> {
        let (texts, _) = self.texts(Some(root));
        Project::open_overlaid(root, texts.clone())
            .or_else(|_| {
                // It stands where projects usually do until its file says so again.
                let without = texts.into_iter().chain([(project::FILE.to_owned(), Arc::from(""))]);
                Project::open_overlaid(root, without.collect())
            })
            .ok()
    }

    /// The open documents of a project, by path: their texts and addresses.
    fn texts(&self, root: Option<&Path>) -> (BTreeMap<String, Arc<str>>, BTreeMap<String, Uri>) {
        let those = self.documents.values().filter(|open| open.place.root.as_deref() == root);
        let text = |open: &Open| (open.place.path.clone(), Arc::clone(open.document.text.text()));
        let uri = |open: &Open| (open.place.path.clone(), open.document.uri.clone());
        (those.clone().map(text).collect(), those.map(uri).collect())
    }

    /// Has read what was typed.
    fn read_dirty(&mut self) {
        for subject in std::mem::take(&mut self.dirty) {
            if !self.documents.values().any(|open| open.place.subject == subject) {
                continue;
            }
            let root = match &subject {
                Subject::Stack { root, .. } | Subject::Project { root } => Some(root.as_path()),
                Subject::Alone { .. } => None,
            };
            let (texts, uris) = self.texts(root);
            self.generation += 1;
            let generation = self.generation;
            self.asked.insert(subject.clone(), generation);
            // Nobody reads when the session ends.
            let _ = self.jobs.send(Job { subject, texts, uris, generation });
        }
    }

    fn show(&mut self, found: Found) -> io::Result<()> {
        let Found { subject, generation, findings } = found;
        // Something was typed since, or the document was closed.
        if self.asked.get(&subject) != Some(&generation) || self.dirty.contains(&subject) {
            return Ok(());
        }
        let mut shown: BTreeSet<String> = findings.keys().cloned().collect();
        let own = self.documents.iter().filter(|(_, open)| open.place.subject == subject);
        shown.extend(own.map(|(uri, _)| uri.clone()));
        let old = self.findings.insert(subject, findings).unwrap_or_default();
        shown.extend(old.into_keys());
        self.publish(shown)
    }

    /// Tells the editor what is wrong with some documents.
    fn publish(&mut self, uris: BTreeSet<String>) -> io::Result<()> {
        for key in uris {
            let Ok(uri) = key.parse() else { continue };
            let version = self.documents.get(&key).and_then(|open| open.document.version);
            let diagnostics = self.found(&key).map(|finding| finding.diagnostic.clone()).collect();
            let params = PublishDiagnosticsParams { uri, diagnostics, version };
            self.notify::<notification::PublishDiagnostics>(params)?;
        }
        Ok(())
    }

    /// What was found wrong with a document.
    fn found<'s>(&'s self, uri: &'s str) -> impl Iterator<Item = &'s Finding> {
        self.findings.values().filter_map(move |by_uri| by_uri.get(uri)).flatten()
    }

    /// The open document at a place, and the place's byte.
    fn at(&self, params: &TextDocumentPositionParams) -> Option<(&Open, usize)> {
        let open = self.documents.get(params.text_document.uri.as_str())?;
        Some((open, open.document.text.offset(params.position)))
    }

    fn completion(
        &mut self,
        params: CompletionParams,
    ) -> Result<Option<CompletionResponse>, Failure> {
        let Some((open, offset)) = self.at(&params.text_document_position) else { return Ok(None) };
        let vocabulary = self.program.vocabulary();
        let items = complete::complete(&open.document, vocabulary, self.takes, offset);
        Ok(Some(CompletionResponse::Array(items)))
    }

    fn hover(&mut self, params: HoverParams) -> Result<Option<Hover>, Failure> {
        let position = params.text_document_position_params;
        let Some((open, offset)) = self.at(&position) else { return Ok(None) };
        let document = &open.document;
        let mut said = Vec::new();
        let mut place = None;
        if let Some((words, range)) = navigate::hover(document, self.program.vocabulary(), offset) {
            said.push(words);
            place = Some(document.text.range(range));
        }
        if let Some(label) = self.image_at(document, offset) {
            for lock in self.locks(&open.place) {
                let pinned = navigate::pinned(&lock.document, &label);
                said.extend(pinned.map(|pin| format!("`{}` says: `{pin}`", lock.place.path)));
            }
        }
        // What is wrong here, and which rule it breaks.
        let is_here = |finding: &&Finding| {
            let range = finding.diagnostic.range;
            range.start <= position.position && position.position <= range.end
        };
        for finding in self.found(document.uri.as_str()).filter(is_here) {
            said.push(crate::explain::markdown(finding.code));
            place = place.or(Some(finding.diagnostic.range));
        }
        if said.is_empty() {
            return Ok(None);
        }
        let contents = HoverContents::Markup(self.takes.markup(said.join("\n\n---\n\n")));
        Ok(Some(Hover { contents, range: place }))
    }

    /// The label of the image or artifact that a place names.
    fn image_at(&self, document: &Document, offset: usize) -> Option<String> {
        let target = document.target(self.program.vocabulary(), offset)?;
        let is_image = [Image::KIND, Artifact::KIND].contains(&target.kind.as_str());
        (is_image && target.attribute.is_none()).then_some(target.label)
    }

    /// A file of a project as a document: the one that is open, or what is on disk.
    fn file(&self, root: &Path, path: &str, kind: FileKind, subject: &Subject) -> Option<File<'_>> {
        let is_it =
            |open: &&Open| open.place.root.as_deref() == Some(root) && open.place.path == path;
        if let Some(open) = self.documents.values().find(is_it) {
            return Some(File { document: Known::Open(&open.document), place: open.place.clone() });
        }
        let full = root.join(path);
        let text = std::fs::read_to_string(&full).ok()?;
        let document = Document::new(document::uri(&full)?, kind, None, Text::new(text));
        let place =
            Place { root: Some(root.to_owned()), path: path.to_owned(), subject: subject.clone() };
        Some(File { document: Known::Read(Box::new(document)), place })
    }

    /// The locks of the stack that a document is of.
    fn locks(&self, place: &Place) -> Vec<File<'_>> {
        let (Some(root), Subject::Stack { name, .. }) = (&place.root, &place.subject) else {
            return Vec::new();
        };
        let Some(project) = self.project(root) else { return Vec::new() };
        let folder = root.join(project.stacks()).join(name);
        let walk = walkdir::WalkDir::new(folder).max_depth(DEPTH).sort_by_file_name();
        let files = walk.into_iter().flatten().filter(|entry| entry.file_name() == image::FILE);
        files
            .filter_map(|entry| {
                let path = entry.path().strip_prefix(root).ok()?.to_str()?.replace('\\', "/");
                self.file(root, &path, FileKind::Lock, &place.subject)
            })
            .collect()
    }

    fn definition(
        &mut self,
        params: GotoDefinitionParams,
    ) -> Result<Option<GotoDefinitionResponse>, Failure> {
        let Some((open, offset)) = self.at(&params.text_document_position_params) else {
            return Ok(None);
        };
        let locations = self.definitions(open, offset);
        Ok((!locations.is_empty()).then_some(GotoDefinitionResponse::Array(locations)))
    }

    fn definitions(&self, open: &Open, offset: usize) -> Vec<Location> {
        let Open { document, place } = open;
        let vocabulary = self.program.vocabulary();
        let location = |document: &Document, range| Location {
            uri: document.uri.clone(),
            range: document.text.range(range),
        };
        // From the lock to the image.
        if document.kind == FileKind::Lock {
            let Some(label) = navigate::entry_at(document, offset) else { return Vec::new() };
            let Some(description) = self.description(place) else { return Vec::new() };
            let document = &*description.document;
            let images = [Image::KIND, Artifact::KIND].map(|kind| document.defined(kind, &label));
            return images.into_iter().flatten().map(|it| location(document, it.place)).collect();
        }
        // From a component's kind to its module.
        if let Some(kind) = navigate::kind_at(document, offset) {
            let module = vocabulary.kind(kind).and_then(|kind| kind.module);
            let file = || {
                let (root, module) = (place.root.as_ref()?, module?);
                let folder = root.join(self.project(root)?.modules()).join(module.name);
                let main = folder.join("main.tf");
                main.is_file().then(|| document::uri(&main)).flatten()
            };
            return file()
                .map(|uri| Location { uri, range: lsp_types::Range::default() })
                .into_iter()
                .collect();
        }
        let Some(target) = document.target(vocabulary, offset) else { return Vec::new() };
        let defined = document.defined(&target.kind, &target.label);
        let is_definition = defined.iter().any(|it| it.place == target.place);
        let mut locations: Vec<Location> =
            defined.into_iter().map(|it| location(document, it.place)).collect();
        // From the image to what the lock says.
        if is_definition && self.image_at(document, offset).is_some() {
            locations = self.entries(place, &target.label);
        }
        locations
    }

    /// The entries of an image in the locks of its stack.
    fn entries(&self, place: &Place, label: &str) -> Vec<Location> {
        let mut locations = Vec::new();
        for lock in self.locks(place) {
            let document = &*lock.document;
            let entry = navigate::entries(document).into_iter().find(|(known, _)| known == label);
            locations.extend(entry.map(|(_, range)| Location {
                uri: document.uri.clone(),
                range: document.text.range(range),
            }));
        }
        locations
    }

    /// The description of the stack that a document is of.
    fn description(&self, place: &Place) -> Option<File<'_>> {
        let (Some(root), Subject::Stack { name, .. }) = (&place.root, &place.subject) else {
            return None;
        };
        let path = format!("{}/{name}/{DESCRIPTION}", self.project(root)?.stacks());
        self.file(root, &path, FileKind::Description, &place.subject)
    }

    fn references(&mut self, params: ReferenceParams) -> Result<Option<Vec<Location>>, Failure> {
        let Some((open, offset)) = self.at(&params.text_document_position) else { return Ok(None) };
        let vocabulary = self.program.vocabulary();
        let (description, target) = match open.document.kind {
            FileKind::Lock => {
                let label = navigate::entry_at(&open.document, offset);
                let (Some(label), Some(description)) = (label, self.description(&open.place))
                else {
                    return Ok(None);
                };
                let is_image = !description.document.defined(Image::KIND, &label).is_empty();
                let kind = if is_image { Image::KIND } else { Artifact::KIND };
                let target = Target { kind: kind.to_owned(), label, attribute: None, place: 0..0 };
                (description, target)
            }
            _ => {
                let Some(target) = open.document.target(vocabulary, offset) else {
                    return Ok(None);
                };
                (File { document: Known::Open(&open.document), place: open.place.clone() }, target)
            }
        };
        let document = &*description.document;
        let places = navigate::highlights(document, vocabulary, &target).into_iter();
        let places = places.filter(|highlight| {
            params.context.include_declaration
                || highlight.kind != Some(lsp_types::DocumentHighlightKind::WRITE)
        });
        let location =
            |it: DocumentHighlight| Location { uri: document.uri.clone(), range: it.range };
        let mut locations: Vec<Location> = places.map(location).collect();
        if [Image::KIND, Artifact::KIND].contains(&target.kind.as_str()) {
            locations.extend(self.entries(&description.place, &target.label));
        }
        Ok(Some(locations))
    }

    fn highlights(
        &mut self,
        params: DocumentHighlightParams,
    ) -> Result<Option<Vec<DocumentHighlight>>, Failure> {
        let Some((open, offset)) = self.at(&params.text_document_position_params) else {
            return Ok(None);
        };
        let vocabulary = self.program.vocabulary();
        let target = open.document.target(vocabulary, offset);
        Ok(target.map(|target| navigate::highlights(&open.document, vocabulary, &target)))
    }

    fn symbols(
        &mut self,
        params: DocumentSymbolParams,
    ) -> Result<Option<DocumentSymbolResponse>, Failure> {
        let Some(open) = self.documents.get(params.text_document.uri.as_str()) else {
            return Ok(None);
        };
        let symbols = navigate::symbols(&open.document);
        let text_document = self.client.text_document.as_ref();
        let nested = text_document.and_then(|it| it.document_symbol.as_ref());
        if nested.and_then(|it| it.hierarchical_document_symbol_support).unwrap_or(false) {
            return Ok(Some(DocumentSymbolResponse::Nested(symbols)));
        }
        let mut flat = Vec::new();
        flatten(&open.document.uri, symbols, None, &mut flat);
        Ok(Some(DocumentSymbolResponse::Flat(flat)))
    }

    #[allow(deprecated)] // the field `deprecated` has to be given
    fn workspace_symbols(
        &mut self,
        params: WorkspaceSymbolParams,
    ) -> Result<Option<WorkspaceSymbolResponse>, Failure> {
        let mut roots: BTreeSet<PathBuf> = BTreeSet::new();
        for folder in &self.folders {
            let is_project =
                |it: &&Path| it.join(project::FILE).is_file() || it.join("stacks").is_dir();
            roots.extend(folder.ancestors().find(is_project).map(real));
        }
        roots.extend(self.documents.values().filter_map(|open| open.place.root.clone()));
        let query = params.query.to_lowercase();
        let mut symbols = Vec::new();
        for root in roots {
            let Some(project) = self.project(&root) else { continue };
            for name in project.stack_names().unwrap_or_default() {
                let path = format!("{}/{name}/{DESCRIPTION}", project.stacks());
                let subject = Subject::Stack { root: root.clone(), name: name.clone() };
                let Some(file) = self.file(&root, &path, FileKind::Description, &subject) else {
                    continue;
                };
                let document = &*file.document;
                for (symbol, kind, definition) in navigate::named(document) {
                    if !is_like(&symbol.to_lowercase(), &query) {
                        continue;
                    }
                    let range = document.text.range(definition.place);
                    symbols.push(SymbolInformation {
                        name: symbol,
                        kind,
                        tags: None,
                        deprecated: None,
                        location: Location { uri: document.uri.clone(), range },
                        container_name: Some(name.clone()),
                    });
                    if symbols.len() == MAX_SYMBOLS {
                        return Ok(Some(WorkspaceSymbolResponse::Flat(symbols)));
                    }
                }
            }
        }
        Ok(Some(WorkspaceSymbolResponse::Flat(symbols)))
    }

    fn folds(&mut self, params: FoldingRangeParams) -> Result<Option<Vec<FoldingRange>>, Failure> {
        let open = self.documents.get(params.text_document.uri.as_str());
        Ok(open.map(|open| navigate::folds(&open.document)))
    }

    fn actions(&mut self, params: CodeActionParams) -> Result<Option<CodeActionResponse>, Failure> {
        let wants =
            |kind: &CodeActionKind| CodeActionKind::QUICKFIX.as_str().starts_with(kind.as_str());
        if params.context.only.as_ref().is_some_and(|only| !only.iter().any(wants)) {
            return Ok(None);
        }
        let uri = params.text_document.uri;
        let Some(open) = self.documents.get(uri.as_str()) else { return Ok(None) };
        // What was found before the last key was pressed stands elsewhere now.
        let is_late = self.dirty.contains(&open.place.subject);
        let is_here = |finding: &&Finding| {
            let range = finding.diagnostic.range;
            !is_late && range.start <= params.range.end && params.range.start <= range.end
        };
        let action = |finding: &Finding| {
            let repair = finding.repair.as_ref()?;
            Some(CodeActionOrCommand::CodeAction(CodeAction {
                title: repair.title.clone(),
                kind: Some(CodeActionKind::QUICKFIX),
                diagnostics: Some(vec![finding.diagnostic.clone()]),
                edit: Some(self.workspace_edit(&open.document, vec![repair.edit.clone()])),
                is_preferred: Some(true),
                ..CodeAction::default()
            }))
        };
        Ok(Some(self.found(uri.as_str()).filter(is_here).filter_map(action).collect()))
    }

    /// Edits of one document, for the version that they were made for where the editor knows such.
    fn workspace_edit(&self, document: &Document, edits: Vec<TextEdit>) -> WorkspaceEdit {
        let workspace = self.client.workspace.as_ref();
        let edit = workspace.and_then(|it| it.workspace_edit.as_ref());
        let uri = document.uri.clone();
        if edit.and_then(|it| it.document_changes).unwrap_or(false) {
            let version = document.version;
            let text_document = OptionalVersionedTextDocumentIdentifier { uri, version };
            let edits = edits.into_iter().map(OneOf::Left).collect();
            let changes =
                vec![DocumentChangeOperation::Edit(TextDocumentEdit { text_document, edits })];
            let changes = Some(DocumentChanges::Operations(changes));
            return WorkspaceEdit { document_changes: changes, ..WorkspaceEdit::default() };
        }
        #[allow(clippy::mutable_key_type)] // the protocol's own type; nothing in an address changes
        let changes = [(uri, edits)].into();
        WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() }
    }

    fn prepare_rename(
        &mut self,
        params: TextDocumentPositionParams,
    ) -> Result<Option<PrepareRenameResponse>, Failure> {
        let Some((open, offset)) = self.at(&params) else { return Ok(None) };
        refuse_lock(&open.document)?;
        let subject = rename::subject(&open.document, self.program.vocabulary(), offset)?;
        let range = open.document.text.range(subject.place.clone());
        let placeholder = subject.label;
        Ok(Some(PrepareRenameResponse::RangeWithPlaceholder { range, placeholder }))
    }

    fn rename(&mut self, params: RenameParams) -> Result<Option<WorkspaceEdit>, Failure> {
        let Some((open, offset)) = self.at(&params.text_document_position) else { return Ok(None) };
        refuse_lock(&open.document)?;
        let vocabulary = self.program.vocabulary();
        let document = &open.document;
        let subject = rename::subject(document, vocabulary, offset)?;
        let committed = self.was_committed(&open.place, &subject.kind, &subject.label);
        let renamed = rename::rename(document, vocabulary, &subject, &params.new_name, committed)?;
        let edit = self.workspace_edit(document, renamed.edits);
        let mut notes = renamed.notes;
        let elsewhere =
            rename::named_elsewhere(&self.beside(&open.place), &subject.kind, &subject.label);
        if !elsewhere.is_empty() {
            notes.push(format!("not edited, and seem to name it: {}", elsewhere.join(", ")));
        }
        for message in notes {
            let params = ShowMessageParams { typ: MessageType::WARNING, message };
            let notice = Notification::new(notification::ShowMessage::METHOD.to_owned(), params);
            // An editor that cannot be told is gone; that is seen with the answer.
            let _ = self.send(Message::Notification(notice));
        }
        Ok(Some(edit))
    }

    /// Templates and hand-written files in the folders of a stack, with their texts.
    fn beside(&self, place: &Place) -> Vec<(String, String)> {
        let mut files = Vec::new();
        for (path, full) in self.files_of(place) {
            let is_template = path.ends_with(".j2");
            if !is_template && !path.ends_with(".tf") {
                continue;
            }
            let Ok(text) = std::fs::read_to_string(full) else { continue };
            // What we have rendered is rendered again.
            let ownership = crate::tree::header::ownership(text.as_bytes());
            let is_ours =
                ownership != crate::tree::header::Ownership::Foreign || path.ends_with(image::FILE);
            if is_template || !is_ours {
                files.push((path, text));
            }
        }
        files
    }

    /// The files in the folders of a stack, by their path in the project.
    fn files_of(&self, place: &Place) -> Vec<(String, PathBuf)> {
        let (Some(root), Subject::Stack { name, .. }) = (&place.root, &place.subject) else {
            return Vec::new();
        };
        let Some(project) = self.project(root) else { return Vec::new() };
        let folder = root.join(project.stacks()).join(name);
        let walk = walkdir::WalkDir::new(folder).max_depth(DEPTH).sort_by_file_name();
        let visible = |entry: &walkdir::DirEntry| {
            entry.depth() == 0 || !entry.file_name().as_encoded_bytes().starts_with(b".")
        };
        let files = walk.into_iter().filter_entry(visible).flatten();
        files
            .filter(|entry| entry.file_type().is_file())
            .filter_map(|entry| {
                let path = entry.path().strip_prefix(root).ok()?.to_str()?.replace('\\', "/");
                Some((path, entry.into_path()))
            })
            .collect()
    }

    /// Whether the last commit has something under a label; `None` where nobody can say, which is
    /// also where it was rendered without being committed: it may have been applied.
    fn was_committed(&self, place: &Place, kind: &str, label: &str) -> Option<bool> {
        let root = place.root.as_ref()?;
        let repository = Repository::around(root).ok()?;
        let top = real(repository.top()?);
        let folder = root.strip_prefix(top).ok()?.to_str()?.replace('\\', "/");
        let commit = Snapshot::of(&repository, repository.tip("HEAD").ok()??).ok()?;
        let project = commit.below(&folder).ok()??;
        let there = match project.read(&place.path).ok()? {
            Some(bytes) => {
                let text = String::from_utf8(bytes).ok()?;
                let uri = "committed:".parse().ok()?;
                let committed = Document::new(uri, FileKind::Description, None, Text::new(text));
                has(&committed, committed.components(), kind, label)
            }
            None => false,
        };
        if there {
            return Some(true);
        }
        self.program.vocabulary().kind(kind)?.module?;
        let module = format!("\"{kind}_{label}\"");
        let rendered = self.files_of(place).into_iter().any(|(path, full)| {
            let names = |text: String| text.contains(&module);
            path.ends_with(".tf") && std::fs::read_to_string(full).is_ok_and(names)
        });
        (!rendered).then_some(false)
    }

    fn formatting(
        &mut self,
        params: DocumentFormattingParams,
    ) -> Result<Option<Vec<TextEdit>>, Failure> {
        let open = self.documents.get(params.text_document.uri.as_str());
        Ok(open.map(|open| formatted(&open.document)))
    }

    fn range_formatting(
        &mut self,
        params: DocumentRangeFormattingParams,
    ) -> Result<Option<Vec<TextEdit>>, Failure> {
        let open = self.documents.get(params.text_document.uri.as_str());
        let lines = params.range.start.line..=params.range.end.line;
        let mut edits = open.map(|open| formatted(&open.document));
        edits
            .iter_mut()
            .for_each(|edits| edits.retain(|edit| lines.contains(&edit.range.start.line)));
        Ok(edits)
    }
}

/// A document that is open or was read from disk.
enum Known<'s> {
    Open(&'s Document),
    Read(Box<Document>),
}

impl std::ops::Deref for Known<'_> {
    type Target = Document;

    fn deref(&self) -> &Document {
        match self {
            Self::Open(document) => document,
            Self::Read(document) => document,
        }
    }
}

/// A file of a project.
struct File<'s> {
    document: Known<'s>,
    place: Place,
}

fn formatted(document: &Document) -> Vec<TextEdit> {
    document.text.edits_to(&format(document.text.text()))
}

fn refuse_lock(document: &Document) -> Result<(), Failure> {
    match document.kind {
        FileKind::Description => Ok(()),
        _ => Err("only what a description says can be renamed".to_owned().into()),
    }
}

/// True when some blocks, or those in them, have this name and label.
fn has<'b>(
    document: &Document,
    blocks: impl Iterator<Item = &'b Block>,
    name: &str,
    label: &str,
) -> bool {
    blocks.into_iter().any(|block| {
        let is_it = document.name(block) == name && document.label(block) == Some(label);
        is_it || block.blocks().any(|inner| has(document, std::iter::once(inner), name, label))
    })
}

/// A folder without symbolic links; as it is, where it does not exist.
fn real(folder: &Path) -> PathBuf {
    std::fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned())
}

/// True when the letters of a query stand in a name, in their order.
fn is_like(name: &str, query: &str) -> bool {
    let mut letters = name.chars();
    query.chars().all(|wanted| letters.any(|letter| letter == wanted))
}

fn is_cancel_of(event: &Event, id: &RequestId) -> bool {
    let Event::Incoming(Incoming::Message(Message::Notification(notification))) = event else {
        return false;
    };
    let cancelled =
        || serde_json::from_value::<RequestId>(notification.params.get("id")?.clone()).ok();
    notification.method == notification::Cancel::METHOD && cancelled().as_ref() == Some(id)
}

#[allow(deprecated)] // the field `deprecated` has to be given
fn flatten(
    uri: &Uri,
    symbols: Vec<DocumentSymbol>,
    container: Option<&str>,
    out: &mut Vec<SymbolInformation>,
) {
    for symbol in symbols {
        out.push(SymbolInformation {
            name: symbol.name.clone(),
            kind: symbol.kind,
            tags: None,
            deprecated: None,
            location: Location { uri: uri.clone(), range: symbol.selection_range },
            container_name: container.map(str::to_owned),
        });
        flatten(uri, symbol.children.unwrap_or_default(), Some(&symbol.name), out);
    }
}

fn capabilities() -> ServerCapabilities {
    let sync = TextDocumentSyncOptions {
        open_close: Some(true),
        change: Some(TextDocumentSyncKind::INCREMENTAL),
        save: Some(TextDocumentSyncSaveOptions::SaveOptions(SaveOptions {
            include_text: Some(false),
        })),
        ..TextDocumentSyncOptions::default()
    };
    let triggers = [".", "\""].map(str::to_owned).to_vec();
    let completion =
        CompletionOptions { trigger_characters: Some(triggers), ..CompletionOptions::default() };
    let actions = CodeActionOptions {
        code_action_kinds: Some(vec![CodeActionKind::QUICKFIX]),
        ..CodeActionOptions::default()
    };
    let rename = RenameOptions {
        prepare_provider: Some(true),
        work_done_progress_options: Default::default(),
    };
    let folders = WorkspaceFoldersServerCapabilities {
        supported: Some(true),
        change_notifications: Some(OneOf::Left(true)),
    };
    ServerCapabilities {
        text_document_sync: Some(TextDocumentSyncCapability::Options(sync)),
        completion_provider: Some(completion),
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        definition_provider: Some(OneOf::Left(true)),
        references_provider: Some(OneOf::Left(true)),
        document_highlight_provider: Some(OneOf::Left(true)),
        document_symbol_provider: Some(OneOf::Left(true)),
        workspace_symbol_provider: Some(OneOf::Left(true)),
        folding_range_provider: Some(FoldingRangeProviderCapability::Simple(true)),
        code_action_provider: Some(CodeActionProviderCapability::Options(actions)),
        rename_provider: Some(OneOf::Right(rename)),
        document_formatting_provider: Some(OneOf::Left(true)),
        document_range_formatting_provider: Some(OneOf::Left(true)),
        workspace: Some(WorkspaceServerCapabilities {
            workspace_folders: Some(folders),
            file_operations: None,
        }),
        ..ServerCapabilities::default()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_question_that_was_taken_back_while_it_waited_is_not_answered() {
        let (events, happens) = channel();
        let ask = |id: i32| {
            json!({"id": id, "method": "textDocument/hover", "params": {
                "textDocument": {"uri": "file:///a/stack.hcl"}, "position": {"line": 0, "character": 0},
            }})
        };
        let messages = [
            json!({"id": 1, "method": "initialize", "params": {"capabilities": {}}}),
            ask(2),
            ask(3),
            json!({"method": "$/cancelRequest", "params": {"id": 2}}),
        ];
        for message in messages {
            let message = serde_json::from_value(message).unwrap();
            events.send(Event::Incoming(Incoming::Message(message))).unwrap();
        }
        events.send(Event::End(None)).unwrap();
        let (jobs, _read) = channel();
        let program = Program::new();
        let mut out = Vec::new();
        let ended_well = Server::new(&program, &mut out, jobs).run(&happens).unwrap();
        assert!(!ended_well, "nobody said `exit`");
        let out = String::from_utf8(out).unwrap();
        let said: Vec<&str> = out.split("Content-Length: ").skip(2).collect();
        let said: Vec<&str> = said.iter().filter_map(|it| it.split("\r\n\r\n").nth(1)).collect();
        assert_eq!(
            said,
            [
                r#"{"jsonrpc":"2.0","id":2,"error":{"code":-32800,"message":"cancelled"}}"#,
                r#"{"jsonrpc":"2.0","id":3,"result":null}"#,
            ]
        );
    }

    #[test]
    fn names_are_searched_by_their_letters() {
        assert!(is_like("database.main", "dbmain"));
        assert!(is_like("database.main", ""));
        assert!(!is_like("database.main", "mdb"));
    }
}
