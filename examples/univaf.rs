//! The stack of `stacks/univaf/stack.hcl`, described in Rust.
//!
//! It is a whole program: `cargo run --example univaf -- check` is `stackwright check` for this
//! stack, and so are `render`, `plan` and the rest. Both descriptions render the same bytes.

use std::process::ExitCode;

use stackwright::prelude::*;

fn main() -> ExitCode {
    Program::new().stack(&univaf()).run()
}

/// A vaccine-appointment API, its database and the jobs that load data into it.
pub fn univaf() -> Draft {
    let mut stack = Draft::new("univaf");
    stack.comment("A vaccine-appointment API, its database and the jobs that load data into it.");
    stack.settings(|it| {
        it.region("us-west-2")
            .backend(CloudBackend::block().organization("usdr").workspace("univaf-infra"))
    });

    stack.comment("The domain that the API is served on.");
    let domain = stack.add(Input::new("domain_name").default("getmyvax.org"));
    let db_password = stack.add(Input::new("db_password").sensitive(true));
    stack.comment("What CloudFront sends so that the load balancer knows it.");
    let cdn_secret = stack.add(Input::new("api_cloudfront_secret").sensitive(true));
    stack.comment("Keys of API clients that go around the CDN.");
    let api_keys = stack.add(Input::new("api_keys").r#type("list(string)").sensitive(true));
    stack.comment("Where people may reach the bastion from.");
    let bastion_cidrs = stack.add(Input::new("bastion_cidrs").r#type("list(string)"));
    stack.comment("The certificate of the public domain; CloudFront wants it in us-east-1.");
    let certificate = stack.add(Input::new("certificate_arn"));
    stack.comment("The certificate of `api.internal` below the domain.");
    let internal_certificate = stack.add(Input::new("certificate_arn_internal"));

    let api_domain = stack.local("api_domain", template!["api.internal.", &domain]);
    let api_url = stack.local("api_url", template!["https://", &api_domain]);

    let network = stack.add(Network::new("main").cidr("172.17.0.0/16").zones(2));

    let server = repository_and_image(&mut stack, "server", "univaf-server");
    let loader = repository_and_image(&mut stack, "loader", "univaf-loader");
    stack.add(Repository::new("db_seed").name("univaf-db-seed"));
    let datadog = stack.add(Image::new("datadog").repository("public.ecr.aws/datadog/agent"));

    let cluster = stack.add(
        Cluster::new("main")
            .name("univaf-cluster")
            .network(&network)
            .comment("Container Insights is *very* expensive at this number of short tasks.")
            .container_insights("disabled"),
    );

    let alarms = stack.add(Topic::new("alarms").name("aws-db-instance-alarms-topic"));

    let database = stack.add(
        Database::new("main")
            .name("univaf-db")
            .network(&network)
            .engine("postgres")
            .comment("The major version only: RDS upgrades the minor one.")
            .engine_version("14")
            .instance_class("db.t4g.small")
            .storage_gib(48)
            .database("univaf")
            .username("univaf")
            .password(&db_password)
            .backup_retention_days(5)
            .backup_window("00:00-01:00")
            .maintenance_window("Mon:01:00-Mon:02:00")
            .alarms(|it| it.topic(&alarms).free_storage_gib(5)),
    );

    stack.comment("The server itself is started by hand when somebody needs it.");
    stack.add(
        Bastion::new("main").network(&network).allowed_cidrs(&bastion_cidrs).access([&database]),
    );

    // The load balancer and what it forwards to need each other.
    let api = Service::reference("api");
    let cdn = Cdn::reference("api");
    let load_balancer = stack.add(
        LoadBalancer::new("api")
            .name("api-load-balancer")
            .network(&network)
            .certificate(&internal_certificate)
            .default(|it| it.status(403).body("Access Denied"))
            .rule("www", |it| {
                it.priority(10).hosts([template!["www.", &domain]]).redirect(|it| it.host(&domain))
            })
            .rule("cdn", |it| it.priority(20).only_through_cdn(&cdn).forward(&api))
            .rule("api_key", |it| {
                it.priority(30).forward(&api).header("x-api-key", |it| it.values(&api_keys))
            }),
    );

    stack.add(
        Service::new("api")
            .name("api")
            .cluster(&cluster)
            .image(&server)
            .cpu(1024)
            .memory(2048)
            .port(3000)
            .comment("Database migrations run at start, before the server listens.")
            .health_check(|it| it.path("/health").timeout_s(3).grace_period_s(120))
            .load_balancer(&load_balancer)
            .access([&database])
            .environment(map! {
                "ENV" => "production",
                "NODE_ENV" => "production",
                "SENTRY_ENVIRONMENT" => "ecs",
                "RELEASE" => server.output("tag"),
                "DB_HOST" => database.output("host"),
                "DB_NAME" => database.output("database"),
                "DB_USERNAME" => database.output("username"),
                "DB_POOL_SIZE_DATA" => "20",
                "DB_POOL_SIZE_AVAILABILITY" => "10",
                "SENTRY_TRACES_SAMPLE_RATE" => "0.01",
                "PRIMARY_HOST" => &domain,
                "API_SUNSET_DATE" => "2023-06-15T00:00:00Z",
            })
            .secrets([
                ("API_KEYS", "ssm:/univaf/api-keys"),
                ("DB_PASSWORD", "ssm:/univaf/db-password"),
                ("SENTRY_DSN", "ssm:/univaf/api-sentry-dsn"),
            ])
            .sidecar("datadog", |it| {
                it.image(&datadog)
                    .environment([("ECS_FARGATE", "true")])
                    .secrets([("DD_API_KEY", "ssm:/univaf/datadog-api-key")])
            })
            .scaling(|it| {
                it.min(2).max(4).steps("cpu", |it| it.metric("cpu").up_at(55).down_at(15))
            }),
    );

    stack.add(
        Cdn::new("api")
            .origin(|it| it.load_balancer(&load_balancer).domain(&api_domain).secret(&cdn_secret))
            .aliases((&domain, template!["www.", &domain], template!["ecs.", &domain]))
            .certificate(&certificate)
            .price_class("PriceClass_100")
            .methods("all")
            .cache(|it| {
                it.max_ttl_s(3600)
                    .headers(["Authorization", "Host", "Origin", "x-api-key"])
                    .query_strings("all")
            }),
    );

    let snapshots = stack.add(
        Bucket::new("data_snapshots")
            .name("univaf-data-snapshots")
            .comment("Delete old incomplete multipart uploads.")
            .abort_incomplete_uploads_after_days(1),
    );

    let archives = stack.add(
        Cdn::new("archives")
            .origin(|it| it.bucket(&snapshots))
            .aliases([template!["archives.", &domain]])
            .certificate(&certificate)
            .methods("read_and_options")
            .cache(|it| it.default_ttl_s(604_800).max_ttl_s(31_536_000)),
    );

    stack.add(
        Dns::new("main")
            .zone(&domain)
            .alias("apex", |it| it.name("@").target(&cdn))
            .alias("api_internal", |it| it.name("api.internal").target(&load_balancer))
            .alias("archives", |it| it.target(&archives))
            .alias("ecs", |it| it.target(&cdn))
            .alias("www", |it| it.target(&cdn)),
    );

    stack.comment("Data loaders: ETL jobs, one task a source, each on its own schedule.");
    stack.add(
        Loaders::new("source")
            .cluster(&cluster)
            .image(&loader)
            .cpu(256)
            .memory(512)
            .command(["--filter-stale-data"])
            .environment(map! {
                "ENV" => "production",
                "NODE_ENV" => "production",
                "SENTRY_ENVIRONMENT" => "ecs",
                "API_URL" => &api_url,
                "API_CONCURRENCY" => "5",
            })
            .secrets([
                ("API_KEY", "ssm:/univaf/loader-api-key"),
                ("DD_API_KEY", "ssm:/univaf/datadog-api-key"),
                ("SENTRY_DSN", "ssm:/univaf/loader-sentry-dsn"),
            ])
            .loader("njvss", |it| {
                it.schedule("rate(15 minutes)").secrets([
                    ("NJVSS_AWS_KEY_ID", "ssm:/univaf/njvss-aws-key-id"),
                    ("NJVSS_AWS_SECRET_KEY", "ssm:/univaf/njvss-aws-secret-key"),
                ])
            })
            .loader("waDoh", |it| it.schedule("cron(3/30 * * * ? *)"))
            .loader("cvsSmart", |it| it.schedule("cron(3/15 * * * ? *)"))
            .loader("walgreensSmart", |it| it.schedule("cron(2/15 * * * ? *)"))
            .loader("albertsonsScraper", |it| it.schedule("cron(20/30 * * * ? *)"))
            .loader("hyvee", |it| it.schedule("cron(8/15 * * * ? *)"))
            .loader("heb", |it| it.schedule("cron(1/15 * * * ? *)"))
            .loader("cdcApi", |it| {
                it.schedule("cron(0 0,12 * * ? *)")
                    .comment(
                        "CDC updates are often slow: nothing older than two days counts as stale.",
                    )
                    .options(["--stale-threshold", "172800000"])
            })
            .loader("riteAidScraper", |it| it.schedule("cron(5/30 * * * ? *)"))
            .loader("riteAidApi", |it| {
                it.schedule("cron(0/15 * * * ? *)").secrets([
                    ("RITE_AID_KEY", "ssm:/univaf/rite-aid-key"),
                    ("RITE_AID_URL", "ssm:/univaf/rite-aid-url"),
                ])
            })
            .loader("prepmod", |it| {
                it.schedule("cron(9/15 * * * ? *)").options([
                    "--states",
                    "AK,WA",
                    "--hide-missing-locations",
                ])
            })
            .comment("The source is dead; it is kept as a canary.")
            .loader("krogerSmart", |it| it.schedule("cron(0 1/6 * * ? *)")),
    );

    stack.add(
        ScheduledTask::new("daily_data_snapshot")
            .name("daily-data-snapshot")
            .cluster(&cluster)
            .image(&server)
            .cpu(1024)
            .memory(2048)
            .schedule("cron(0 1 * * ? *)")
            .command(["node", "dist/scripts/availability_dump.js", "--write-to-s3", "--clear-log"])
            .access((&database, &snapshots))
            .environment(map! {
                "ENV" => "production",
                "NODE_ENV" => "production",
                "SENTRY_ENVIRONMENT" => "ecs",
                "DB_HOST" => database.output("host"),
                "DB_NAME" => database.output("database"),
                "DB_USERNAME" => database.output("username"),
                "DATA_SNAPSHOT_S3_BUCKET" => snapshots.output("name"),
            })
            .secrets([
                ("DB_PASSWORD", "ssm:/univaf/db-password"),
                ("SENTRY_DSN", "ssm:/univaf/api-sentry-dsn"),
            ]),
    );

    stack.add(Output::new("api_domain_name").value(cdn.output("domain_name")));
    stack.add(Output::new("db_host").value(database.output("host")));
    stack
}

/// A repository of its own for an image, as functions do what repeats.
fn repository_and_image(stack: &mut Draft, label: &str, name: &str) -> Ref<Image> {
    let repository = stack.add(Repository::new(label).name(name));
    stack.add(Image::new(label).repository(&repository))
}
