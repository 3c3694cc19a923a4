import { linkTask } from './links';

/** Items that are viewed together, PMTRec's first task on Amazon Video Game [paper]; its form: {@link linkTask}. */
export const coView = linkTask({
  name: 'co-view',
  about: 'Which items are viewed together.',
  between: 'items',
  links: (dataset) => dataset.coView,
});
