/** Memory of local steps, without the rest of the table. `npm run bench -- memory` */
import { measureMemory } from '../memory';
import { memoryText } from '../table';

console.log(memoryText(measureMemory(false)));
