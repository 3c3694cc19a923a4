import { type Tensor, tf } from '../backend/tensorflow';
import type { DataShape, Model } from './model';
import type { Parameter } from './parameter';

/**
 * Places of a client's tasks on the task axes of the model with all tasks, ascending; absent: it has all.
 *
 * Everything about clients that lack a task rests on this: their tensors are those of the whole model at these
 * places, and a rule on the server sees them widened, with zeros elsewhere.
 */
export type TaskPlaces = readonly number[] | undefined;

/** Where a client's tasks stand among all. */
export const placesOf = (own: readonly string[], all: readonly string[]): TaskPlaces =>
  own.length === all.length ? undefined : own.map((task) => all.indexOf(task));

/** Of a tensor with all tasks, the part of some; itself where the parameter has no task axis. */
export function atPlaces(value: Tensor, { taskAxis }: Parameter, places: TaskPlaces): Tensor {
  if (!places || taskAxis === undefined) return value;
  return tf.gather(value, tf.tensor1d([...places], 'int32'), taskAxis);
}

/** The inverse of {@link atPlaces}: all tasks, with zeros where there is no own part. */
export function widened(value: Tensor, { taskAxis, shape }: Parameter, places: TaskPlaces): Tensor {
  if (!places || taskAxis === undefined) return value;
  const none = tf.zeros(value.shape.map((length, axis) => (axis === taskAxis ? 1 : length)));
  const from = Array.from({ length: shape[taskAxis] }, (_, task) =>
    places.includes(task) ? places.indexOf(task) : places.length,
  );
  return tf.gather(tf.concat([value, none], taskAxis), tf.tensor1d(from, 'int32'), taskAxis);
}

/** Per task numbers in the shape that multiplies a parameter task by task. */
export function alongTasks(numbers: readonly number[], { taskAxis, shape }: Parameter): Tensor {
  return tf.tensor(
    [...numbers],
    shape.map((length, axis) => (axis === taskAxis ? length : 1)),
  );
}

/**
 * The model of clients that have some of the tasks.
 * @throws Error where it is not the whole model with shorter task axes.
 */
export function modelOfTasks(
  whole: Model,
  make: (shape: DataShape) => Model,
  shape: DataShape,
  tasks: readonly string[],
): Model {
  const places = placesOf(tasks, shape.tasks);
  if (!places) return whole;
  const model = make({ ...shape, tasks });
  const wanted = whole.parameters.map(({ name, group, shape: all, taskAxis }) => [
    name,
    group,
    all.map((length, axis) => (axis === taskAxis ? places.length : length)),
  ]);
  const wrong = wanted.find(([name, group, own]) => {
    const found = model.parameters.find((parameter) => parameter.name === name);
    return `${found?.group}/${found?.shape}` !== `${group}/${own}`;
  });
  if (!wrong && model.parameters.length === wanted.length) return model;
  throw new Error(
    `The model ${whole.name} cannot serve clients that lack a task: made for ${tasks.join(', ')} alone, its parameter ` +
      `${wrong?.[0] ?? 'list'} is not that of all tasks with a shorter taskAxis.`,
  );
}
