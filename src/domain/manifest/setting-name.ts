const LONGEST_STEP = 60;

/** A path as people write it: `build.install.commands[0]`, in backticks. */
export function settingName(path: readonly PropertyKey[]): string {
  if (path.length === 0) return 'The file';
  const steps = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${shortened(String(step))}`));
  return `\`${steps.join('').replace(/^\./, '')}\``;
}

function shortened(step: string): string {
  return step.length <= LONGEST_STEP ? step : `${step.slice(0, LONGEST_STEP - 1)}…`.toWellFormed();
}
