// What `jtrace residency` found → JSON (docs/residency.md has the schema). Addresses are hexadecimal texts, sizes bytes.

import type { MappingResidency, Residency } from '../../model/residency.ts';
import { hex } from '../../model/units.ts';
import { jsonText } from '../../outputs/json-text.ts';

export function renderResidencyJson(residency: Residency): string {
  const { mappings, ...facts } = residency;
  return `${jsonText({ version: 1, ...facts, mappings: mappings.map(mappingJson) }, 2)}\n`;
}

function mappingJson({ mapping, ...row }: MappingResidency): object {
  const { start, end, fileOffsetBytes, ...names } = mapping;
  return { start: hex(start), end: hex(end), ...names, fileOffsetBytes, ...row };
}
