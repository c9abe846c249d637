//! Command lines of Java: what runs in a JVM, and whether that only builds or starts others.
//!
//! Knows the launcher's options and the main classes of build tools. Invariant: a tool that may run
//! the application's code in its own process is no launcher.

/// Programs of a JDK, each a JVM of its own.
const TOOLS: [&str; 23] = [
    "jar",
    "jarsigner",
    "javac",
    "javadoc",
    "javap",
    "jcmd",
    "jconsole",
    "jdeprscan",
    "jdeps",
    "jfr",
    "jhsdb",
    "jimage",
    "jinfo",
    "jlink",
    "jmap",
    "jmod",
    "jpackage",
    "jps",
    "jstack",
    "jstat",
    "jstatd",
    "keytool",
    "serialver",
];
/// Modules of a JDK that hold such tools.
const MODULES: [&str; 8] = [
    "jdk.compiler",
    "jdk.jartool",
    "jdk.javadoc",
    "jdk.jcmd",
    "jdk.jdeps",
    "jdk.jlink",
    "jdk.jpackage",
    "jdk.hotspot.agent",
];
/// Main classes of build tools, by how their names begin.
const BUILDERS: [&str; 10] = [
    "com.sun.tools.javac.",
    "org.apache.maven.",
    "org.codehaus.plexus.classworlds.launcher.Launcher",
    "org.gradle.launcher.",
    "org.gradle.process.internal.worker.GradleWorkerMain",
    "org.gradle.wrapper.GradleWrapperMain",
    "org.jetbrains.kotlin.cli.",
    "org.jetbrains.kotlin.daemon.",
    "org.mvndaemon.mvnd.",
    "worker.org.gradle.process.internal.worker.GradleWorkerMain",
];
/// Jars that are started as such, by how their names begin.
const JARS: [&str; 3] = ["gradle-launcher", "gradle-wrapper", "maven-wrapper"];
/// Options of the launcher whose value is the next word.
const WITH_VALUE: [&str; 15] = [
    "-cp",
    "-classpath",
    "--class-path",
    "-p",
    "--module-path",
    "--upgrade-module-path",
    "--add-modules",
    "--limit-modules",
    "--add-exports",
    "--add-opens",
    "--add-reads",
    "--patch-module",
    "--enable-native-access",
    "--source",
    "--describe-module",
];

/// What a JVM was started to run.
#[derive(Debug, PartialEq, Eq)]
enum Main<'w> {
    Class(&'w str),
    Jar(&'w str),
    Module(&'w str),
}

/// Whether the command line is one of Java's, and if so, whether the process only starts others.
pub(super) fn is_launcher(words: &[String]) -> Option<bool> {
    let program = base(words.first()?);
    if TOOLS.contains(&program) {
        return Some(true);
    }
    if program != "java" {
        return None;
    }
    let Some((main, arguments)) = main(words.get(1..)?) else { return Some(false) };
    Some(match main {
        Main::Module(module) => MODULES.contains(&module.split('/').next().unwrap_or(module)),
        Main::Jar(jar) => JARS.iter().any(|name| base(jar).starts_with(name)),
        Main::Class(class) => {
            BUILDERS.iter().any(|name| class.starts_with(name)) && !runs_the_application(arguments)
        }
    })
}

/// Goals of Maven and workers of Gradle that run the application's code, or its tests, in this very
/// process.
fn runs_the_application(arguments: &[String]) -> bool {
    arguments.iter().any(|word| {
        word.ends_with(":java")
            || word.starts_with("jetty:run")
            || word.contains("Gradle Test Executor")
    })
}

/// What follows the launcher's own options, and what it gets.
fn main(words: &[String]) -> Option<(Main<'_>, &[String])> {
    let mut rest = words;
    while let Some((word, after)) = rest.split_first() {
        let next = || after.split_first().map(|(value, rest)| (value.as_str(), rest));
        match word.as_str() {
            "-jar" => return next().map(|(jar, rest)| (Main::Jar(jar), rest)),
            "-m" | "--module" => return next().map(|(module, rest)| (Main::Module(module), rest)),
            option if WITH_VALUE.contains(&option) => rest = next()?.1,
            option => match option.strip_prefix("--module=") {
                Some(module) => return Some((Main::Module(module), after)),
                // A file of options may hold anything, and is not read.
                None if option.starts_with(['-', '@']) => rest = after,
                None => return Some((Main::Class(option), after)),
            },
        }
    }
    None
}

fn base(word: &str) -> &str {
    word.rsplit('/').next().unwrap_or(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(command: &str, expected: Option<bool>) {
        // A wave stands for a blank within a word.
        let words: Vec<_> = command.split(' ').map(|word| word.replace('~', " ")).collect();
        assert_eq!(is_launcher(&words), expected, "{command}");
    }

    #[test]
    fn build_tools_are_known_by_their_main_class() {
        let maven = "/jdk/bin/java -Xmx1g -classpath /usr/share/maven/boot/plexus-classworlds-2.x.jar \
            -Dclassworlds.conf=/usr/share/maven/bin/m2.conf -Dmaven.home=/usr/share/maven \
            org.codehaus.plexus.classworlds.launcher.Launcher";
        check(&format!("{maven} package"), Some(true));
        check(&format!("{maven} spring-boot:run"), Some(true));
        check(&format!("{maven} compile exec:java"), Some(false));
        check(&format!("{maven} jetty:run"), Some(false));
        check("java -cp .mvn/w.jar org.apache.maven.wrapper.MavenWrapperMain test", Some(true));
        check("java -jar /app/gradle/wrapper/gradle-wrapper.jar run", Some(true));
        check("java -cp gradle/wrapper.jar org.gradle.wrapper.GradleWrapperMain run", Some(true));
        check("java -Xmx64m -cp /g/lib/l.jar org.gradle.launcher.GradleMain run", Some(true));
        let daemon = "java --add-opens java.base/java.util=ALL-UNNAMED -cp /g/lib/gradle.jar \
            org.gradle.launcher.daemon.bootstrap.GradleDaemon 8.10";
        check(daemon, Some(true));
        let worker = "java @/tmp/w.txt -Xmx512m -cp /g/w.jar \
            worker.org.gradle.process.internal.worker.GradleWorkerMain";
        check(&format!("{worker} 'Gradle~Worker~Daemon~1'"), Some(true));
        check(&format!("{worker} 'Gradle~Test~Executor~1'"), Some(false));
        check("java -cp /k.jar org.jetbrains.kotlin.daemon.KotlinCompileDaemon", Some(true));
    }

    #[test]
    fn tools_of_a_jdk_are_known_by_name_and_by_module() {
        check("/jdk/bin/javac -d out Cart.java", Some(true));
        check("jcmd 17 VM.version", Some(true));
        check("java -m jdk.compiler/com.sun.tools.javac.Main", Some(true));
        check("java --module=jdk.jartool/sun.tools.jar.Main", Some(true));
        check("java -cp tools.jar com.sun.tools.javac.Main Cart.java", Some(true));
    }

    #[test]
    fn applications_are_none() {
        check("java -jar app.jar gradle", Some(false));
        check("java -cp /home/gradle com.acme.Main", Some(false));
        check(
            "java -Dx=-jar -cp gradle-wrapper.jar com.acme.Main org.gradle.launcher.X",
            Some(false),
        );
        check("java -p mods -m com.acme/com.acme.Main", Some(false));
        check("java --source 17 Cart.java", Some(false));
        check("java -jar /t/surefire/surefirebooter123.jar", Some(false));
        check("java -version", Some(false));
        check("java -cp", Some(false));
        check("python javac", None);
        check("/opt/app/bin/shop jar", None);
        assert_eq!(is_launcher(&[]), None);
    }
}
