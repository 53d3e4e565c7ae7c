# SPDX-License-Identifier: Apache-2.0
"""A simulated cloud, one level below hvctl: HTTP as the services answer.

:class:`~hvctl.tests.simulation.cloud.Cloud` has a WSGI application
(``application.py``) that answers as the services do.  It is called in the
process, without sockets, through a transport adapter of requests
(``transport.py``), or served on a port (``server.py``).  So far it has
Keystone, to which hvctl logs in.

``clock.py``
  The only time there is.  It stands still until a test moves it; what a
  service does later is a call that is due at a time.
``ids.py``
  UUIDs that follow from the seed, the kind of thing and its number, and tell
  the number again, so that nothing has to be made to be found.
``tables.py``
  Records by number.  Those that were there at the start are made when they
  are asked for, from their number alone, so that 200,000 guests cost nothing
  until they are listed; what changes is kept.  Records are frozen.
``service.py``
  A service is a table of routes: method, path, the role that the policy
  wants, what answers.  It negotiates microversions and words its errors in
  its own way.
``microversions.py``
  Which version a request asks for, and whether the service has it.
``keystone.py``
  Users, tokens that end with the clock, and the catalogue.

Nothing is random but by the seed, and no answer has the time of this machine.
A request's id follows from the request and from how often it came, so that it
does not matter in which order threads send.
"""
