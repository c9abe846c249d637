//! `audit`: who did what, and whether what is written down of it is whole.
//!
//! Invariant: a chain that does not hold is a failure, with its exit code.

use super::Context;
use crate::args::Audit;
use crate::fail::{Exit, Failure, Result};
use crate::link::client::encode;
use crate::screen::table::{Column, table};
use crate::screen::text::clean;
use stillframe_hub::api::types::{AuditRowView, AuditVerdict};
use stillframe_hub::{Head, verify_folder};

/// Shows the last rows, or verifies them all.
pub(crate) fn audit(args: &Audit, context: &Context) -> Result<()> {
    if !args.verify {
        return show(args.last, context);
    }
    let verdict = match &args.data {
        None => {
            let head =
                args.head.as_ref().map(|head| format!("?head={}", encode(&head.to_string())));
            context.client()?.get(&format!("/api/v1/audit/verdict{}", head.unwrap_or_default()))?
        }
        Some(folder) => {
            let verdict = verify_folder(folder, args.head);
            let verdict = verdict.map_err(|error| {
                Failure::new(Exit::NotFound, "not_found", error)
                    .next("name the hub's data folder, as `serve --data` does")
            })?;
            let head: Head = verdict.head;
            AuditVerdict { rows: head.row, head: head.to_string(), fault: verdict.fault }
        }
    };
    told(&verdict, context)
}

fn told(verdict: &AuditVerdict, context: &Context) -> Result<()> {
    if let Some(fault) = &verdict.fault {
        let message = format!("the audit does not hold: {}", clean(fault));
        return Err(Failure::new(Exit::Failed, "audit", message)
            .next("compare it with a backup of hub.db, and ask who can write that file"));
    }
    let output = context.output;
    if output.json {
        return output.data(verdict);
    }
    let (rows, head) = (verdict.rows, clean(&verdict.head));
    output.line(&format!("the audit holds: {rows} rows, none changed, moved or taken away"))?;
    output.line(&format!("head   {head}"))?;
    output.line("note it elsewhere: --verify --head HEAD shows later that nothing was written anew")
}

fn show(last: u32, context: &Context) -> Result<()> {
    let rows: Vec<AuditRowView> = context.client()?.get(&format!("/api/v1/audit?limit={last}"))?;
    let output = context.output;
    if output.json {
        return output.data(&rows);
    }
    let heads = [
        Column::number("ROW"),
        Column::text("TIME (UTC)"),
        Column::name("WHO"),
        Column::text("WHAT"),
        Column::name("TO WHAT"),
        Column::name("FROM"),
    ];
    let cells = rows.iter().map(|row| {
        let time = row.time.replace('T', " ");
        let time = clean(time.split('.').next().unwrap_or(&time));
        let row_mark = if row.holds { row.row.to_string() } else { format!("!{}", row.row) };
        vec![
            row_mark,
            time,
            clean(&row.who),
            clean(&row.what),
            clean(&row.subject),
            clean(&row.from),
        ]
    });
    output.lines(&table(&heads, &cells.collect::<Vec<_>>(), output.canvas.width))?;
    if rows.iter().any(|row| !row.holds) {
        output
            .remark("stillframe: rows marked ! do not follow from the one before: audit --verify");
    }
    Ok(())
}
