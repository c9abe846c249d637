//! The `stillframe` command.
//!
//! Parses the command line, runs one command, says how it failed. Knows no command's insides.
//! Invariant: the process ends with one of the documented exit codes.

mod args;
mod attach;
mod command;
mod elf;
mod fail;
mod link;
mod location;
mod output;
mod screen;

use args::{Cli, Command, Format};
use clap::Parser;
use command::{
    Context, arm, audit, doctor, file, freeze, list, login, remove, run, serve, show, tail, token,
    why,
};
use fail::{Exit, Failure, Result};
use output::Output;
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return misread(&error),
    };
    let output = Output::new(cli.output == Format::Json);
    match execute(&cli, &output) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if failure.speaks() {
                output.failure(&failure);
            }
            ExitCode::from(failure.exit as u8)
        }
    }
}

fn execute(cli: &Cli, output: &Output) -> Result<()> {
    let is_print = matches!(&cli.command, Command::Run(run) if run.print);
    if cli.output == Format::Yaml && !is_print {
        return Err(Failure::usage("`-o yaml` is for `run --print` only").next("take -o json"));
    }
    let context = Context { hub: cli.hub.as_deref(), output };
    match &cli.command {
        Command::Serve(args) => serve::serve(args, output),
        Command::Run(args) => run::run(args, cli.hub.as_deref(), cli.output, output),
        Command::Attach(args) => command::attach::attach(args, &context),
        Command::Ls(args) => list::list(args, &context),
        Command::Snap(args) => arm::snap(args, &context),
        Command::Log(args) => arm::log(args, &context),
        Command::Count(args) => arm::count(args, &context),
        Command::Time(args) => arm::time(args, &context),
        Command::Tail(args) => {
            match args.source.as_deref().filter(|source| file::is_path(source)) {
                Some(path) => file::tail(path, output),
                None => tail::tail(args.source.as_deref(), &context),
            }
        }
        Command::Show(args) if file::is_path(&args.id) => file::show(&args.id, output),
        Command::Show(args) => show::show(&args.id, &context),
        Command::Why(args) => why::why(&args.probe, args.each, &context),
        Command::Rm(args) => remove::remove(args, &context),
        Command::Freeze => freeze::freeze(&context),
        Command::Unfreeze => freeze::unfreeze(&context),
        Command::Login(args) => login::login(args, &context),
        Command::Logout(args) => login::logout(args, &context),
        Command::Token(args) => token::token(args, &context),
        Command::Audit(args) => audit::audit(args, &context),
        Command::Doctor => doctor::doctor(&context),
    }
}

/// Says what is wrong with the command line; with `-o json` as any other error.
fn misread(error: &clap::Error) -> ExitCode {
    let words: Vec<String> = std::env::args().collect();
    let json = words.iter().any(|word| ["-ojson", "-o=json", "--output=json"].contains(&&**word))
        || words
            .windows(2)
            .any(|pair| ["-o", "--output"].contains(&&*pair[0]) && pair[1] == "json");
    if !error.use_stderr() || !json {
        // Help and version go to stdout; a closed stdout needs no word.
        let _ = error.print();
        return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(Exit::Usage as u8));
    }
    let text = error.render().to_string();
    let message = text.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned();
    Output::new(true).failure(&Failure::usage(message).next("stillframe --help"));
    ExitCode::from(Exit::Usage as u8)
}
