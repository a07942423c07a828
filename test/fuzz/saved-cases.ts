// Cases kept as files: what was once found, small, with what was wrong (test/fixtures/fuzz).

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isRecord } from '../support/is-record.ts';
import { REPOSITORY } from '../support/repository.ts';
import type { FuzzCase, Mutation } from './target.ts';

const FOLDER = join(REPOSITORY, 'test/fixtures/fuzz');

export const savedFiles = (): readonly string[] => readdirSync(FOLDER).filter((name) => name.endsWith('.json')).map((name) => join(FOLDER, name)); // prettier-ignore

export function readSaved(files: readonly string[]): readonly { readonly target: string; readonly fuzzCase: FuzzCase }[] {
  return files.map((file) => {
    const saved: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (!isRecord(saved) || typeof saved['target'] !== 'string' || typeof saved['base'] !== 'string' || !Array.isArray(saved['mutations']))
      throw new Error(`${file} is no saved case`);
    return { target: saved['target'], fuzzCase: { base: saved['base'], mutations: saved['mutations'] as readonly Mutation[] } };
  }); // prettier-ignore
}
