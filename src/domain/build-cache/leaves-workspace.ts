/**
 * Commands that put something where no archive of the workspace reaches: into the system, the home directory or a store that
 * all builds of a machine share. What is installed like that has to be installed again by every build that needs it.
 */
const installers = [
  /\b(?:pip3?|pipx|uv|gem|conda|poetry|pipenv|bundle|apt|apt-get|apk|yum|dnf|brew|rustup|sdk) +(?:-\S+ +)*(?:install|add|sync|update|env)\b/,
  /\b(?:cargo|go) +(?:install|fetch|get|mod +download)\b/,
  /\b(?:npm|pnpm|yarn)\b.* (?:-g|--global|--location=global)\b/,
  /\b(?:npm +link|yarn +link|pnpm +link|yarn +global|corepack +enable)\b/,
  /\bpython3? +-m +pip\b/,
  /\b(?:dotnet +restore|mvn\b|gradlew?\b|composer +global)/,
  /(?:^|[\s=>"'])(?:~|\$HOME|\$\{HOME\}|\/tmp|\/usr|\/opt|\/var)\//,
];

/** Whether a stage with these commands, by what they say, leaves a part of its result outside of the workspace. */
export function leavesWorkspace(commands: readonly string[]): boolean {
  return commands.some((command) => installers.some((installer) => installer.test(command)));
}
