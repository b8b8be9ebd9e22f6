import { type Static, type TSchema, Type } from 'typebox';
import { instant, nullable, oneOf } from '../core/shapes.ts';

const ofLanguage = <T extends TSchema>(schema: T) => ({ zh: schema, en: schema });
export const language = oneOf('zh', 'en');

const PromptItem = Type.Object({
  id: Type.String(),
  group: Type.String(),
  text: Type.Object(ofLanguage(Type.String())),
  /** Its sounds; a sentence with places for values has several. */
  pieces: Type.Object(ofLanguage(Type.Array(Type.String()))),
  maxSeconds: Type.Object(ofLanguage(nullable(Type.Number()))),
});

/** The studio recordings of one sound. */
const StudioView = Type.Object({
  language,
  sound: Type.String(),
  changes: Type.Integer({ description: 'so many so far; a change names the number it was shown' }),
  inForce: nullable(Type.Integer({ description: 'null: the rendered sound is heard' })),
  versions: Type.Array(
    Type.Object({
      version: Type.Integer(),
      seconds: Type.Number(),
      name: Type.String({ description: 'of the file; empty: laid into the folder by hand' }),
      at: instant,
      by: nullable(Type.String()),
    }),
    { description: 'newest first' },
  ),
});
export type StudioView = Static<typeof StudioView>;

export const PromptsView = Type.Object({
  prompts: Type.Array(PromptItem),
  recordings: Type.Array(StudioView),
  /** False: the switch is on a machine of its own, and the folder has to be brought to it. */
  onSwitch: Type.Boolean(),
});
export type PromptsView = Static<typeof PromptsView>;

export const ChooseRecording = Type.Object(
  { changes: Type.Integer({ minimum: 0 }), inForce: nullable(Type.Integer({ minimum: 1 })) },
  { additionalProperties: false },
);
export type ChooseRecording = Static<typeof ChooseRecording>;
