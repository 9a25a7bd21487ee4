from baodao.cli import main

raise SystemExit(main())
