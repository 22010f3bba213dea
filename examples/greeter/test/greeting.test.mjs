import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { greeting } from '../src/greeting.mjs';

describe('a greeting', () => {
  it('is in the language that was asked for', () => {
    assert.equal(greeting('Ada', 'en'), 'Hello, Ada!');
    assert.equal(greeting('Ada', 'de'), 'Guten Tag, Ada!');
    assert.equal(greeting('Ada', 'fr'), 'Bonjour, Ada !');
  });

  it('is in English where there is none in a language', () => {
    assert.equal(greeting('Ada', 'tlh'), 'Hello, Ada!');
  });
});
