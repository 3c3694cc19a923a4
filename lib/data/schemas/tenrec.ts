import type { DataSchema } from '../schema';

/**
 * Tenrec's two video scenarios (Yuan et al., NeurIPS 2022), which share a layout. The article files are left out: their
 * impressions are all clicks, so they have no negatives for the click task. Tasks and split are choices: the click, and
 * a like after a click; rows at random, 80, 10 and 10 %.
 */
export const tenrec: DataSchema = {
  name: 'tenrec',
  description: 'Tenrec: videos in two apps, a scenario per app; click, and like after a click',
  obtain: 'see data/tenrec/README.md; the folder holds QK-video.csv and QB-video.csv.',
  sources: [
    {
      name: 'impressions',
      files: ['QK-video.csv*', 'QB-video.csv*'],
      missing: ['\\N'],
      types: {
        user_id: 'integer',
        item_id: 'integer',
        click: 'integer',
        follow: 'integer',
        like: 'integer',
        share: 'integer',
        video_category: 'integer',
        watching_times: 'integer',
        gender: 'integer',
        age: 'integer',
      },
    },
  ],
  scenario: { expression: "split_part(source_file, '.', 1)", values: ['QK-video', 'QB-video'] },
  tasks: [{ name: 'click' }, { name: 'like', expression: 'click = 1 AND "like" = 1' }],
  fields: [
    { kind: 'categorical', name: 'user_id', minimumCount: 3 },
    { kind: 'categorical', name: 'item_id', minimumCount: 3 },
    { kind: 'categorical', name: 'video_category' },
    { kind: 'categorical', name: 'gender' },
    { kind: 'categorical', name: 'age' },
  ],
  // Known only after the video was shown.
  never: ['click', 'follow', 'like', 'share', 'watching_times'],
  split: { random: { train: 0.8, validation: 0.1, test: 0.1 }, seed: 1 },
};
