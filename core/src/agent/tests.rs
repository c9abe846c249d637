//! Whole stories of an agent on a runtime that is data.

mod accounts;
mod conditions;
mod follow;
mod help;
mod life;
mod link;
mod link_tls;
mod parallel;
mod passages;
mod probes;
mod quotas;
mod schedules;
mod together;
mod vanished;
