"""Build the site's shell: `python -m publication.site`."""

import sys

from publication.site.shell import main

sys.exit(main())
