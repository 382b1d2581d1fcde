/** What decides which step is current. */
export interface StepFacts {
  id: string;
  passed: boolean;
}

/** The step to begin with: the one in the address, else the first that is not passed, else the last. */
export function firstStep(steps: readonly StepFacts[], hash: string): string | undefined {
  const asked = steps.find((step) => `#${step.id}` === hash);
  return (asked ?? steps.find((step) => !step.passed) ?? steps.at(-1))?.id;
}

/** The step after `id` that is not passed yet; the rest of the lesson comes before what was skipped. */
export function nextStep(steps: readonly StepFacts[], id: string): string | undefined {
  const at = steps.findIndex((step) => step.id === id);
  return [...steps.slice(at + 1), ...steps.slice(0, Math.max(0, at))].find((step) => !step.passed)?.id;
}
