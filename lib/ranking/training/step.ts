import { type AdamUpdate, adamRowStep, adamStep, readRows } from '../../backend/operations/adam';
import { scatterRows } from '../../backend/operations/gather-rows';
import { type Tensor, tf } from '../../backend/tensorflow';
import type { TaskSample } from '../tasks';
import { type StepGradients, type StepOptions, stepGradients } from './gradients';
import type { Learner } from './learner';
import { locate } from './passes';

/**
 * One step of all tasks on their samples: gradients, combined as {@link stepGradients} says, and Adam.
 *
 * Decay is added by the optimiser after tasks are combined [choice]. With `tables: 'lazy'`, rows without part in the step
 * stay as they are; an encoder that reads the graph moves all rows, whose gradients hardly any is 0 of.
 */
export function trainStep(
  learner: Learner,
  samples: readonly TaskSample[],
  options: StepOptions,
): Pick<StepGradients, 'losses' | 'figures'> {
  const step = locate(learner, samples);
  const touched = step.touched && tf.tensor1d(step.touched, 'int32');
  const rows = touched && readRows(learner.slots.nodes.value, touched);
  const { losses, figures, gradients, observe } = stepGradients(learner, step, rows, options);
  update(learner, gradients, touched);
  tf.dispose([Object.values(gradients), ...(touched && rows ? [touched, rows] : [])]);
  observe?.();
  learner.steps++;
  return { losses, figures };
}

/** Moves every parameter that has a gradient. */
function update(learner: Learner, gradients: StepGradients['gradients'], touched: Tensor | undefined): void {
  const { slots, updates, optimizer } = learner;
  const whole: AdamUpdate[] = [];
  const made: Tensor[] = [];
  for (const [name, gradient] of Object.entries(gradients)) {
    const own = { slot: slots[name], gradient, step: ++updates[name] };
    if (name !== 'nodes' || !touched) whole.push(own);
    else if (optimizer.tables === 'lazy') adamRowStep(touched, own, optimizer);
    else {
      const everywhere = scatterRows(gradient, touched, slots[name].value.shape[0]);
      made.push(everywhere);
      whole.push({ ...own, gradient: everywhere });
    }
  }
  adamStep(whole, optimizer);
  tf.dispose(made);
}
