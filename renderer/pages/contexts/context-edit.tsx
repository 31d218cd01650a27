import { Ban, Pencil } from 'lucide-react';
import { useCallback, useState } from 'react';
import type { Context, ContextColour, ContextSettingsInput } from '../../../contract/model/context.ts';
import { contextColours } from '../../../contract/model/context-colours.ts';
import { useSession } from '../../session/session-context.tsx';
import { Button } from '../../ui/button.tsx';
import { ContextSwatch } from '../../ui/context-swatch.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Field, TextInput } from '../../ui/field.tsx';
import { useAction } from '../../ui/use-action.ts';

/** The way to another label and colour of a context. */
export function ContextEdit({ context }: { context: Context }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button
        kind="quiet"
        size="icon"
        aria-label={`Label and colour of ${context.ref}`}
        icon={<Pencil size={13} aria-hidden />}
        onClick={() => setOpen(true)}
      />
      {open && <EditDialog context={context} onClose={() => setOpen(false)} />}
    </>
  );
}

function EditDialog({ context, onClose }: { context: Context; onClose(): void }) {
  const { ref } = context;
  const session = useSession();
  const [label, setLabel] = useState(context.label ?? '');
  const [colour, setColour] = useState(context.colour);
  const save = useAction(
    useCallback(
      async (changes: ContextSettingsInput) => {
        await session.call('contexts.set', { context: ref, changes });
        onClose();
      },
      [session, ref, onClose],
    ),
  );
  const form = `edit-${ref}`;
  return (
    <Dialog
      open
      onClose={onClose}
      width="narrow"
      title="Label and colour"
      description={<span className="wrap-anywhere">{ref}</span>}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form={form} kind="primary" busy={save.busy}>
            Save
          </Button>
        </>
      }
    >
      <form
        id={form}
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          void save.run({ label: label.trim() || null, colour });
        }}
      >
        <Field label="Label" hint="Shown in place of the name. Blank: the name.">
          {(ids) => (
            <TextInput {...ids} value={label} placeholder={ref} onChange={(event) => setLabel(event.target.value)} />
          )}
        </Field>
        <fieldset>
          <legend className="mb-1 font-medium">Colour</legend>
          <div className="flex flex-wrap gap-1.5">
            {[null, ...contextColours].map((one) => (
              <ColourChoice key={one ?? 'none'} colour={one} checked={colour === one} onChoose={setColour} />
            ))}
          </div>
          {context.production && (
            <p className="mt-1 text-sm text-muted">As long as it is production, production's own colour is shown.</p>
          )}
        </fieldset>
      </form>
    </Dialog>
  );
}

function ColourChoice({
  colour,
  checked,
  onChoose,
}: {
  colour: ContextColour | null;
  checked: boolean;
  onChoose(colour: ContextColour | null): void;
}) {
  return (
    <label className="inline-flex items-center gap-1.5 rounded-md border border-line-2 px-2 py-1 hover:border-control has-checked:border-accent has-checked:bg-accent-bg has-focus-visible:outline-2 has-focus-visible:outline-accent">
      <input type="radio" name="colour" className="sr-only" checked={checked} onChange={() => onChoose(colour)} />
      {colour === null ? (
        <Ban size={11} aria-hidden className="text-muted" />
      ) : (
        <ContextSwatch colour={colour} size={11} />
      )}
      {colour ?? 'none'}
    </label>
  );
}
