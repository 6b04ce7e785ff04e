import { RouterProvider } from 'react-router';
import { router } from './routes';

/** Everything behind the login. */
export default function Inside() {
  return <RouterProvider router={router} />;
}
