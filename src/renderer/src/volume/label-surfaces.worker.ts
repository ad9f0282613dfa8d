import { answerWith } from './background'
import { labelSurfaces, type SurfacesWork } from './label-surfaces'

answerWith((work: SurfacesWork) => {
  const answer = labelSurfaces(work)
  const transfer = answer.surfaces.flatMap(({ surface: { points, triangles, normals } }) => [
    points.buffer,
    triangles.buffer,
    normals.buffer
  ])
  return { answer, transfer }
})
