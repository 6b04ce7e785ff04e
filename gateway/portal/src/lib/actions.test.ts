import { describe, expect, it } from 'vitest';
import { verbs } from './actions';

describe('verbs', () => {
  it('are the same whether a service names the resource or not', () => {
    expect([...verbs(['dealers.suspend', 'confirm', 'price-lists.draft'])]).toEqual(['suspend', 'confirm', 'draft']);
  });
  it('are none of a thing that is not there', () => {
    expect(verbs(undefined).size).toBe(0);
  });
});
