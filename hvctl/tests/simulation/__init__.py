# SPDX-License-Identifier: Apache-2.0
"""A simulated cloud, one level below hvctl: HTTP as the services answer.

:class:`~hvctl.tests.simulation.cloud.Cloud` has a WSGI application
(``application.py``) that answers as the services do.  It is called in the
process, without sockets, through a transport adapter of requests
(``transport.py``), or served on a port (``server.py``).  ``commands.py`` runs
the real ``openstack`` against it, and ``meter.py`` says what that cost.

What there is:

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
``records.py``, ``numbers.py``, ``population.py``, ``world.py``
  What is kept, the arithmetic of what is there at first, what that is, and
  the tables of all of it.
``stock.py``
  Who uses how much of what: Placement's arithmetic, by which Nova claims.
``machines.py``, ``wiring.py``, ``registration.py``, ``scheduler.py``,
``moves.py``, ``shelving.py``
  What happens on the clock: machines are deployed, boot and register, guests
  are placed, move and are shelved, what ends falls silent and is cleaned.
``pace.py``
  How long each of these takes.
``fates.py``
  What becomes of the moves of guests for which a test chooses that.

How it is told:

``service.py``
  A service is a table of routes: method, path, the role that the policy
  wants, what answers.  It negotiates microversions and words its errors in
  its own way.
``microversions.py``
  Which version a request asks for, and whether the service has it.
``keystone.py``, ``placement.py``, ``nova``, ``neutron.py``, ``ironic.py``,
``glance.py``, ``cinder.py``
  The services.  They know the requests that hvctl sends; a filter or an
  action that they do not know is refused with 501, so that nothing is
  believed of what they do not do.
``shapes.py``
  Compares answers with those of real services.

What is done with it:

``given.py``, ``told.py``
  Hypervisors of ours and guests that are there without a create, and what
  else a test says of a cloud.
``stepping.py``
  The cloud as the loop has it: looks and steps by the real client, each of
  which a test sees and may let fail.
``cut_lists.py``
  Looks that lack what is in cells that do not answer.
``mains.py``
  The main job of a seed: make hypervisors, boot guests, drain, delete.
``operators.py``
  Somebody who types commands, and types them again until they end well.
  ``inline.py`` does the work of their threads in one order.
``perils.py``
  What happens to a command at one of its moments: it is killed, interrupted,
  an answer is lost, or Nova's cell falls silent.
``pictures.py``
  What is there, so that two times can be compared.

Nothing is random but by the seed, and no answer has the time of this machine.
A request's id follows from the request and from how often it came, so that it
does not matter in which order threads send.
"""
