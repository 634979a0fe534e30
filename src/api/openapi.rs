//! One list of routes that gives both the service and its OpenAPI 3.1 document.

use std::collections::BTreeMap;

use actix_web::dev::ResourceDef;
use actix_web::http::Method;
use actix_web::{App, HttpRequest, HttpResponse, get, web};
use utoipa::openapi::response::Response;
use utoipa::openapi::{ContentBuilder, PathItem, Ref, RefOr, ResponseBuilder};
use utoipa::{IntoResponses, OpenApi, PartialSchema};
use utoipa_actix_web::AppExt;
use utoipa_actix_web::service_config::ServiceConfig;

use super::dto::words;
use super::problem::{MEDIA_TYPE, Problem, ProblemBody, ProblemKind};
use super::{etag, health, pages, v1};

/// What the document says before its first path.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Claimtrail",
        description = "Reads news, finds claims and denials with the exact characters they stand on, and answers who claimed what and who denied it.\n\nA span is a half-open range of Unicode code points in a document's `title` or `text`, with the words it covers. Times are RFC 3339 in UTC. Lists answer `{items, next_cursor}`; give `next_cursor` back as `cursor` for the next page, with the same filters; `null` is the end. Errors are RFC 9457 problem details; their `type` is a page of this service. Unknown parameters and fields are refused.\n\nA text or HTML may have 2 MiB (2097152 bytes) unless whoever runs the service set another limit, which the error tells; a JSON body may have three times that, because escapes take room.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    tags(
        (name = "extraction", description = "Text in, claims and denials out; nothing is stored."),
        (name = "documents", description = "What was published, with its revisions."),
        (name = "claims", description = "Propositions, who asserts and denies them, and their trail."),
        (name = "rebuttals", description = "Whatever speaks against a claim."),
        (name = "reviews", description = "Published fact-checks: schema.org ClaimReview."),
        (name = "statements", description = "Attributions: source said (cue) that contents."),
        (name = "exports", description = "Whole lists as files, streamed from one moment of the database. `x-claimtrail-rows` is their number of rows; HEAD answers it alone. A transfer that ends early is broken off, never ended as if it were whole."),
        (name = "actors", description = "Who speaks or is spoken of."),
        (name = "outlets", description = "Who published."),
        (name = "feeds", description = "What documents are fetched from, by itself, again and again."),
        (name = "jobs", description = "Work under way."),
        (name = "pages", description = "For people with a browser. To one that asks for `text/html` every error outside `/v1` is a page too."),
        (name = "operations", description = "For the people who run the service."),
        (name = "documentation", description = "What this service says about itself."),
    ),
    // The words that only parameters name are not found by following the shapes.
    components(schemas(ProblemBody, words::ClaimSort, words::JobState, words::Stance)),
)]
struct Preface;

/// Every route of the service, in the order of the documentation.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(v1::extract::extract)
        .service(v1::documents::post)
        .service(v1::batch::batch)
        .service(v1::documents::list)
        .service(v1::documents::one)
        .service(v1::redaction::redact)
        .service(v1::documents::statements)
        .service(v1::revisions::list)
        .service(v1::revisions::one)
        .service(v1::revisions::difference)
        .service(v1::claims::list)
        .service(v1::matching::find)
        .service(v1::curation::change)
        .service(v1::curation::merge)
        .service(v1::curation::split)
        .service(v1::claims::one)
        .service(v1::claims::timeline)
        .service(v1::claims::appearances)
        .service(v1::claims::rebuttals)
        .service(v1::corrections::add)
        .service(v1::corrections::list)
        .service(v1::corrections::withdraw)
        .service(v1::corrections::one)
        .service(v1::links::list)
        .service(v1::links::confirm)
        .service(v1::links::reject)
        .service(v1::links::one)
        .service(v1::rebuttals::list)
        .service(v1::rebuttals::one)
        .service(v1::reviews::import)
        .service(v1::reviews::list)
        .service(v1::reviews::one)
        .service(v1::reviews::raw)
        .service(v1::statements::list)
        .service(v1::statements::one)
        .service(v1::exports::claims_ndjson)
        .service(v1::exports::claims_csv)
        .service(v1::exports::statements_ndjson)
        .service(v1::exports::statements_csv)
        .service(v1::exports::rebuttals_ndjson)
        .service(v1::exports::rebuttals_csv)
        .service(v1::exports::appearances_ndjson)
        .service(v1::exports::appearances_csv)
        .service(v1::actors::list)
        .service(v1::actors::one)
        .service(v1::actors::names)
        .service(v1::actors::trail)
        .service(v1::actor_curation::merge)
        .service(v1::actor_curation::split)
        .service(v1::outlets::list)
        .service(v1::outlets::one)
        .service(v1::feeds::add)
        .service(v1::feeds::import)
        .service(v1::feeds::list)
        .service(v1::feeds::poll)
        .service(v1::feeds::one)
        .service(v1::feeds::change)
        .service(v1::feeds::remove)
        .service(v1::jobs::list)
        .service(v1::jobs::retry)
        .service(v1::jobs::one)
        .service(health::healthz)
        .service(health::readyz)
        .service(health::metrics)
        .service(openapi_json)
        .service(pages::start::start)
        .service(pages::claims::claim)
        .service(pages::actors::actor)
        .service(pages::documents::document)
        .service(pages::paste::blank)
        .service(pages::paste::read)
        .service(pages::style)
        .service(pages::icon)
        .service(pages::docs::docs)
        .service(pages::problems::list)
        .service(pages::problems::one);
}

/// The OpenAPI document of exactly the routes in [`routes`].
pub fn document() -> utoipa::openapi::OpenApi {
    let (_, mut document) = App::new()
        .into_utoipa_app()
        .openapi(Preface::openapi())
        .configure(routes)
        .split_for_parts();
    let outside = document.paths.paths.iter_mut().filter(|(path, _)| !path.starts_with("/v1"));
    outside.for_each(|(_, item)| tell_of_error_pages(item));
    document
}

/// Documents that errors outside `/v1` are pages for who asks for those.
fn tell_of_error_pages(item: &mut PathItem) {
    for operation in [&mut item.get, &mut item.post].into_iter().flatten() {
        for response in operation.responses.responses.values_mut() {
            if let RefOr::T(response) = response
                && response.content.contains_key(MEDIA_TYPE)
            {
                let page = ContentBuilder::new().schema(Some(String::schema())).build();
                response.content.insert("text/html".to_owned(), RefOr::T(page));
            }
        }
    }
}

/// What the service tells of itself, worked out once.
pub struct Described {
    json: Vec<u8>,
    tag: String,
    docs: String,
    methods: Vec<(ResourceDef, Vec<Method>)>,
}

impl Described {
    /// Works out the document, its page and the methods of each path.
    ///
    /// # Errors
    /// The document cannot be written as JSON, or not as a page.
    pub fn new() -> Result<Self, Problem> {
        let document = document();
        let value = serde_json::to_value(&document).map_err(Problem::internal)?;
        let json = serde_json::to_vec_pretty(&value).map_err(Problem::internal)?;
        let methods = document
            .paths
            .paths
            .iter()
            .map(|(path, item)| (ResourceDef::new(path.as_str()), methods_of(item)))
            .collect();
        Ok(Described {
            tag: etag::of_bytes(&json),
            json,
            docs: pages::docs::render(&value)?,
            methods,
        })
    }

    /// The page that shows the document.
    pub fn docs(&self) -> &str {
        &self.docs
    }

    /// The methods a path has; `None` where nothing is.
    fn allowed(&self, path: &str) -> Option<String> {
        // `{id}` takes `…:retry` too, which is no id.
        let verb = has_verb(path);
        let methods: Vec<_> = self
            .methods
            .iter()
            .filter(|(resource, _)| resource.is_match(path))
            .filter(|(resource, _)| resource.pattern().is_some_and(|own| has_verb(own) == verb))
            .flat_map(|(_, methods)| methods.iter().map(Method::as_str))
            .collect();
        (!methods.is_empty()).then(|| methods.join(", "))
    }
}

/// Whether a path, as it stands in the request, ends in a verb, as `…/{id}:retry` does.
pub(super) fn has_verb(path: &str) -> bool {
    path.rsplit('/').next().is_some_and(|end| end.contains(':'))
}

fn methods_of(item: &PathItem) -> Vec<Method> {
    // HEAD goes wherever GET does.
    [
        (item.get.is_some(), vec![Method::GET, Method::HEAD]),
        (item.post.is_some(), vec![Method::POST]),
        (item.put.is_some(), vec![Method::PUT]),
        (item.patch.is_some(), vec![Method::PATCH]),
        (item.delete.is_some(), vec![Method::DELETE]),
    ]
    .into_iter()
    .filter(|(has, _)| *has)
    .flat_map(|(_, methods)| methods)
    .collect()
}

/// Answers what no route takes: the method is wrong, or there is nothing.
pub async fn unrouted(request: HttpRequest) -> Result<HttpResponse, Problem> {
    Err(unrouted_problem(&request))
}

/// What a request gets that no route takes.
pub(super) fn unrouted_problem(request: &HttpRequest) -> Problem {
    let described = request.app_data::<web::Data<Described>>();
    match described.and_then(|described| described.allowed(request.path())) {
        Some(allowed) => Problem::new(
            ProblemKind::MethodNotAllowed,
            format!("{} is not allowed here. Allowed: {allowed}.", request.method()),
        )
        .with_allow(allowed),
        None => Problem::new(
            ProblemKind::UnknownRoute,
            "No resource has this path; /docs lists those that exist.",
        ),
    }
}

/// This document
#[utoipa::path(
    tag = "documentation",
    responses(
        (status = 200, description = "The OpenAPI 3.1 document.", content_type = "application/json"),
        (status = 304, description = "It is the one that `if-none-match` names."),
        PageProblems,
    ),
)]
#[get("/openapi.json")]
async fn openapi_json(request: HttpRequest, described: web::Data<Described>) -> HttpResponse {
    etag::answer(&request, &described.tag, "application/json", || described.json.clone())
}

macro_rules! problem_sets {
    ($($(#[$doc:meta])* $name:ident: $($kind:ident),+;)+) => {$(
        $(#[$doc])*
        pub struct $name;

        impl IntoResponses for $name {
            fn responses() -> BTreeMap<String, RefOr<Response>> {
                documented(&[$(ProblemKind::$kind),+])
            }
        }
    )+};
}

problem_sets! {
    /// What reading a page of the service itself may end in.
    PageProblems: MisdirectedRequest, InternalError;
    /// What asking whether the service can answer may end in.
    ReadyProblems: MisdirectedRequest, InternalError, DatabaseUnavailable;
    /// What reading a list may end in.
    ListProblems: InvalidParameter, InvalidCursor, MisdirectedRequest, InternalError,
        DatabaseUnavailable;
    /// What reading one record, or a list that belongs to one, may end in.
    OneProblems: InvalidParameter, InvalidCursor, NotFound, MisdirectedRequest, InternalError,
        DatabaseUnavailable;
    /// What reading one document, or a list that belongs to one, may end in.
    DocumentProblems: InvalidParameter, InvalidCursor, NotFound, Redacted, MisdirectedRequest,
        InternalError, DatabaseUnavailable;
    /// What having a document redacted may end in.
    RedactionProblems: MalformedBody, InvalidParameter, ForbiddenOrigin, NotFound, BodyTimeout,
        ContentTooLarge, UnsupportedMediaType, MisdirectedRequest, InvalidBody, InternalError,
        DatabaseUnavailable;
    /// What an export may end in before its first row.
    ExportProblems: InvalidParameter, MisdirectedRequest, InternalError, DatabaseUnavailable,
        TooManyExports;
    /// What having a job tried again may end in.
    RetryProblems: InvalidParameter, ForbiddenOrigin, NotFound, JobNotFailed, MisdirectedRequest,
        InternalError, DatabaseUnavailable;
    /// What following a feed may end in.
    AddFeedProblems: MalformedBody, InvalidParameter, ForbiddenOrigin, BodyTimeout,
        ContentTooLarge, UnsupportedMediaType, MisdirectedRequest, InvalidBody,
        FetchingUnavailable, AddressRefused, InternalError, FetchFailed, DatabaseUnavailable,
        HostBusy, FetchTimeout;
    /// What importing a list of feeds may end in.
    ImportProblems: MalformedBody, InvalidParameter, ForbiddenOrigin, BodyTimeout, ContentTooLarge,
        UnsupportedMediaType, MisdirectedRequest, InvalidBody, InternalError, DatabaseUnavailable;
    /// What changing a record may end in.
    ChangeProblems: MalformedBody, InvalidParameter, ForbiddenOrigin, NotFound, BodyTimeout,
        ContentTooLarge, UnsupportedMediaType, MisdirectedRequest, InvalidBody, InternalError,
        DatabaseUnavailable;
    /// What changing a claim may end in.
    PatchProblems: MalformedBody, InvalidParameter, ForbiddenOrigin, NotFound, BodyTimeout,
        ClaimMerged, PreconditionFailed, ContentTooLarge, UnsupportedMediaType, MisdirectedRequest,
        InvalidBody, InternalError, DatabaseUnavailable;
    /// What correcting a document may end in.
    CorrectionProblems: MalformedBody, InvalidParameter, ForbiddenOrigin, NotFound, BodyTimeout,
        PreconditionFailed, ContentTooLarge, UnsupportedMediaType, MisdirectedRequest, InvalidBody,
        InternalError, DatabaseUnavailable, Overloaded;
    /// What splitting claims may end in.
    SplitProblems: MalformedBody, InvalidParameter, ForbiddenOrigin, NotFound, BodyTimeout,
        ClaimMerged, PreconditionFailed, ContentTooLarge, UnsupportedMediaType, MisdirectedRequest,
        InvalidBody, InternalError, DatabaseUnavailable, Overloaded;
    /// What merging claims may end in.
    CurationProblems: MalformedBody, InvalidParameter, ForbiddenOrigin, NotFound, BodyTimeout,
        ClaimMerged, ContentTooLarge, UnsupportedMediaType, MisdirectedRequest, InvalidBody,
        InternalError, DatabaseUnavailable;
    /// What merging and splitting actors may end in.
    ActorCurationProblems: MalformedBody, InvalidParameter, ForbiddenOrigin, NotFound, BodyTimeout,
        ActorMerged, ContentTooLarge, UnsupportedMediaType, MisdirectedRequest, InvalidBody,
        InternalError, DatabaseUnavailable;
    /// What having a feed polled may end in.
    PollProblems: InvalidParameter, ForbiddenOrigin, NotFound, FeedNotPolled, MisdirectedRequest,
        InternalError, DatabaseUnavailable;
    /// What forgetting a record may end in.
    RemoveProblems: InvalidParameter, ForbiddenOrigin, NotFound, MisdirectedRequest, InternalError,
        DatabaseUnavailable;
    /// What reading a text that came in a body may end in.
    ReadingProblems: MalformedBody, InvalidParameter, ForbiddenOrigin, BodyTimeout, ContentTooLarge,
        UnsupportedMediaType, MisdirectedRequest, InvalidBody, FetchingUnavailable,
        AddressRefused, InternalError, FetchFailed, Overloaded, HostBusy, FetchTimeout;
    /// What finding known claims may end in.
    MatchProblems: MalformedBody, InvalidParameter, ForbiddenOrigin, BodyTimeout, ContentTooLarge,
        UnsupportedMediaType, MisdirectedRequest, InvalidBody, InternalError, DatabaseUnavailable,
        Overloaded;
    /// What importing reviews may end in.
    ReviewsProblems: MalformedBody, InvalidParameter, ForbiddenOrigin, BodyTimeout, ContentTooLarge,
        UnsupportedMediaType, MisdirectedRequest, InvalidBody, InternalError, DatabaseUnavailable,
        Overloaded;
    /// What reading a form may end in.
    FormProblems: MalformedBody, ForbiddenOrigin, BodyTimeout, ContentTooLarge,
        UnsupportedMediaType, MisdirectedRequest, InvalidBody, InternalError, Overloaded;
    /// What storing a document may end in.
    StoringProblems: MalformedBody, InvalidParameter, ForbiddenOrigin, BodyTimeout, Redacted,
        ContentTooLarge, UnsupportedMediaType, MisdirectedRequest, InvalidBody,
        FetchingUnavailable, AddressRefused, InternalError, FetchFailed, DatabaseUnavailable,
        Overloaded, HostBusy, FetchTimeout;
    /// What a batch may end in before its first line; later problems stand in its answer.
    BatchProblems: InvalidParameter, ForbiddenOrigin, UnsupportedMediaType, MisdirectedRequest,
        InternalError, DatabaseUnavailable, Overloaded;
}

/// The kinds as documented answers; kinds of one status share one.
fn documented(kinds: &[ProblemKind]) -> BTreeMap<String, RefOr<Response>> {
    let mut by_status = BTreeMap::<String, Vec<String>>::new();
    for kind in kinds {
        let line = format!("`{}`: {}", kind.type_uri(), kind.title());
        by_status.entry(kind.status().as_str().to_owned()).or_default().push(line);
    }
    by_status
        .into_iter()
        .map(|(status, lines)| {
            let content =
                ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
            let response = ResponseBuilder::new()
                .description(lines.join(" "))
                .content(MEDIA_TYPE, content)
                .build();
            (status, RefOr::T(response))
        })
        .collect()
}
