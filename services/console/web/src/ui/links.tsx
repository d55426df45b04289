// SPDX-License-Identifier: Apache-2.0
// An object's page is at its own name: requests/r7 at /requests/r7. So anybody can link to it
// without knowing the area that shows it.
import type { ReactNode } from 'react';
import { Link } from 'react-router';

/** Where the object of this name is shown. */
export const objectPath = (name: string): string =>
  `/${name.split('/').map(encodeURIComponent).join('/')}`;

export function ObjectLink(props: { name: string; children?: ReactNode }): ReactNode {
  return <Link to={objectPath(props.name)}><bdi>{props.children ?? props.name}</bdi></Link>;
}
