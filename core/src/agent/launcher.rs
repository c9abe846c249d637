//! Processes that only start others: masters of prefork servers, parents of reloaders, build tools.
//!
//! Knows command lines and variables, not processes. Invariant: what is not known to be a launcher is
//! none; one that is taken for a launcher is hidden, never left without an agent.

mod java;
mod ruby;

/// Programs whose first process never runs the application's code, whatever their arguments.
const ALWAYS: [&str; 13] = [
    "gunicorn",
    "npm",
    "npx",
    "yarn",
    "pnpm",
    "nest",
    "nodemon",
    "tsx",
    "pm2",
    "pm2-runtime",
    "gradle",
    "gradlew",
    "mvn",
];
/// Pools of Celery that run tasks in the first process.
const CELERY_IN_PROCESS: [&str; 5] = ["solo", "threads", "gevent", "eventlet", "custom"];

/// Whether the process with the command line `words` only starts others. `env` knows its variables.
pub(super) fn is_launcher(words: &[String], env: &dyn Fn(&str) -> Option<String>) -> bool {
    // Behind `java` stand options, paths and a main class, which no other rule understands.
    if let Some(launches) = java::is_launcher(words) {
        return launches;
    }
    if let Some(launches) = ruby::is_launcher(words, env) {
        return launches;
    }
    let programs = programs(words);
    let is = |name: &str| programs.contains(&name);
    let has = |option: &str| words.iter().any(|word| word == option);
    let value = |long: &str, short: &str| value(words, long, short);
    if ALWAYS.into_iter().any(is) {
        return true;
    }
    if is("celery") {
        return has("worker")
            && !value("--pool", "-P").is_some_and(|pool| CELERY_IN_PROCESS.contains(&pool));
    }
    if is("uvicorn") {
        let workers = value("--workers", "").and_then(|workers| workers.parse::<u32>().ok());
        return has("--reload") || workers.is_some_and(|workers| workers > 1);
    }
    if is("flask") {
        let reloads = has("--reload") || (has("--debug") && !has("--no-reload"));
        return reloads && env("WERKZEUG_RUN_MAIN").is_none();
    }
    is("manage.py") && is("runserver") && !has("--noreload") && env("RUN_MAIN").is_none()
}

/// Names of the words that stand before the first option and its like: the interpreter, the script or
/// the module of `-m`, and the subcommand.
fn programs(words: &[String]) -> Vec<&str> {
    let names = words.iter().map(|word| word.rsplit('/').next().unwrap_or(word));
    // What follows `-c` is a program's text.
    names.take_while(|name| *name != "-c").filter(|name| !name.starts_with('-')).take(3).collect()
}

fn value<'w>(words: &'w [String], long: &str, short: &str) -> Option<&'w str> {
    let joined = words.iter().find_map(|word| word.strip_prefix(long)?.strip_prefix('='));
    let apart = || {
        let at =
            words.iter().position(|word| word == long || (word == short && !short.is_empty()))?;
        words.get(at + 1).map(String::as_str)
    };
    joined.or_else(apart)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(command: &str, variable: Option<&str>, expected: bool) {
        let words: Vec<_> = command.split(' ').map(str::to_owned).collect();
        let env = |name: &str| variable.filter(|set| *set == name).map(|_| "true".to_owned());
        assert_eq!(is_launcher(&words, &env), expected, "{command}");
    }

    #[test]
    fn launchers_are_known_by_their_command_line() {
        check("python /venv/bin/gunicorn -w 4 app:app", None, true);
        check("python -m gunicorn app:app", None, true);
        check("node /usr/bin/npm start", None, true);
        check("node /app/node_modules/.bin/nodemon app.js", None, true);
        check("node /usr/bin/pm2-runtime start app.js -i 4", None, true);
        check("node cluster.js", None, false);
        check("python -m uvicorn app:app --workers 4", None, true);
        check("python -m uvicorn app:app --workers=1", None, false);
        check("uvicorn app:app", None, false);
        check("flask --app app run --debug", None, true);
        check("flask --app app run --debug", Some("WERKZEUG_RUN_MAIN"), false);
        check("python manage.py runserver", None, true);
        check("python manage.py runserver", Some("RUN_MAIN"), false);
        check("python manage.py migrate", None, false);
        check("celery -A shop worker", None, true);
        check("celery -A shop worker -P solo", None, false);
        check("celery -A shop beat", None, false);
        check("java -cp gradle com.acme.Main", None, false);
        check("java -cp w.jar org.gradle.wrapper.GradleWrapperMain run", None, true);
        check("ruby /usr/bin/bundle install", None, true);
        check("ruby /usr/bin/bundle exec puma -C config/puma.rb", None, false);
        check("ruby -W0 /usr/bin/bundle exec --keep-file-descriptors puma -w 2", None, true);
        check("ruby3.1 /usr/bin/puma -w2", None, true);
        check("ruby /usr/bin/puma --workers 0", Some("WEB_CONCURRENCY"), false);
        check("ruby app.rb puma -w 2", None, false);
        check("unicorn -c unicorn.rb", None, true);
        check("python app.py gunicorn.conf", None, false);
        check("python -c import gunicorn", None, false);
    }
}
