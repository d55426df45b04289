// SPDX-License-Identifier: Apache-2.0
import type { Area } from '@/app/area';
import { ProjectService } from '@/gen/shareway/catalog/v1/project_service_pb';

const { createProject, listProjects, precompileCatalog, updateProject } = ProjectService.method;

export const area: Area = {
  id: 'projects',
  section: 'needs',
  order: 75,
  menu: [{ to: '/projects', label: 'list.title', for: [listProjects] }],
  routes: [
    { path: '/projects', load: () => import('./ProjectsPage'), for: [listProjects] },
    { path: '/projects/new', load: () => import('./NewProjectPage'), for: [createProject] },
    { path: '/projects/:id', load: () => import('./ProjectPage') },
    { path: '/projects/:id/edit', load: () => import('./EditProjectPage'), for: [updateProject] },
    { path: '/projects/:id/catalogue', load: () => import('./PlanPage'), for: [precompileCatalog] },
  ],
};
