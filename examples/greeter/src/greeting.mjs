const greetings = new Map([
  ['de', (name) => `Guten Tag, ${name}!`],
  ['en', (name) => `Hello, ${name}!`],
  ['fr', (name) => `Bonjour, ${name} !`],
]);

/** The languages that there are greetings in. */
export const languages = [...greetings.keys()];

/**
 * Greets somebody in one of the languages; in English when there is none for it.
 *
 * @param {string} name
 * @param {string} language
 */
export function greeting(name, language) {
  const inWords = greetings.get(language) ?? greetings.get('en');
  return inWords(name);
}
