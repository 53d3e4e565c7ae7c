# SPDX-License-Identifier: Apache-2.0

"""Settings of Sphinx for hvctl's release notes."""

project = 'hvctl release notes'
copyright = 'the hvctl maintainers'

extensions = [
    'openstackdocstheme',
    'reno.sphinxext',
]

root_doc = 'index'
openstackdocs_auto_name = False
openstackdocs_auto_version = False

html_theme = 'openstackdocs'
pygments_style = 'native'
