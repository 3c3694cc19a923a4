import { seedAt } from '../backend/random';
import { tf } from '../backend/tensorflow';
import type { ClientData } from '../data/pool';
import type { DataShape, Model } from '../models/model';
import { initialValues, type Values } from '../models/parameter';
import { atPlaces, modelOfTasks, placesOf } from '../models/some-tasks';
import { plainTemplate } from '../models/template';
import { type Client, createClient } from './client';
import { disposeValues } from './evaluate';
import { requirePhases } from './phase';
import { type SharingPlan, sharingOf } from './plan';

/**
 * Clients with equal initial values, each with the model of the tasks that it has: of a task that several clients
 * have, all of them start with the same values.
 *
 * @param model the model with all tasks
 * @param make makes the model of some tasks
 */
export function createClients(
  data: readonly ClientData[],
  model: Model,
  make: (shape: DataShape) => Model,
  shape: DataShape,
  seed: number,
): Client[] {
  const models = data.map(({ tasks }) => modelOfTasks(model, make, shape, tasks));
  const start = initialValues(model.parameters, seed);
  const clients = data.map((own, i) => {
    const places = placesOf(own.tasks, shape.tasks);
    const values: Values = tf.tidy(() =>
      Object.fromEntries(model.parameters.map((one) => [one.name, atPlaces(start[one.name], one, places).clone()])),
    );
    const client = createClient(own, models[i], values, seedAt(seed, 'client', own.name), places);
    disposeValues(values);
    return client;
  });
  disposeValues(start);
  return clients;
}

/** Throws where a plan, its model and the clients' data do not fit together. */
export function requireFit(plan: SharingPlan, model: Model, data: readonly ClientData[], tasks: number): void {
  requireTemplate(plan, model);
  requirePhases(plan, model);
  requireRules(plan, model, data, tasks);
}

/** A plan whose parts the model does not have would silently be another method. */
function requireTemplate(plan: SharingPlan, model: Model): void {
  const { scenario, task } = plan.template ?? plainTemplate;
  const has = (group: string) => model.parameters.some((parameter) => parameter.group === group);
  if ((scenario === 'plain' || has('expert.scenario')) && (task === 'none' || has('expert.task'))) return;
  throw new Error(
    `The plan ${plan.name} splits experts by a template, and the model ${model.name} was made without: hand it over, ` +
      'as in model: (shape, template) => mmoe(shape, sizes, template).',
  );
}

/** A rule that does not know that a client lacks a task would mix zeros into the others' values. */
function requireRules(plan: SharingPlan, { parameters }: Model, data: readonly ClientData[], tasks: number): void {
  const lacking = data.find((own) => own.tasks.length < tasks);
  if (!lacking) return;
  for (const { group, taskAxis } of parameters) {
    const rule = sharingOf(plan, group);
    if (taskAxis === undefined || !rule || rule.missingTasks) continue;
    throw new Error(
      `The rule ${rule.name} of the group ${group} cannot tell which clients have a task, and ${lacking.name} has ` +
        `${lacking.tasks.join(', ')} only: let it look at ClientUpdate.tasks and set missingTasks.`,
    );
  }
}
