//! The binary on real trees: stories from the user's side. One file a command or capability.

#![allow(clippy::unwrap_used)]

mod bad_input;
mod bump;
mod bump_surroundings;
mod cgap;
mod check;
mod corpus;
mod coworks;
mod ctms;
mod deployment;
mod diff;
mod docs;
mod environments;
mod examples;
mod facts;
mod gate;
mod graph;
mod guide;
mod help;
mod images;
mod images_verify;
mod init;
mod layers;
mod loaders;
mod log;
mod modules;
mod plan;
mod plan_runs;
mod plan_server;
mod protect;
mod provider;
mod readme;
mod registry;
mod rename;
mod render;
mod report;
mod report_page;
mod reproducible;
mod rollout;
mod rust;
mod shell;
mod support;
mod templates;
mod univaf;
mod validate;
