# SPDX-License-Identifier: Apache-2.0
# Ironic gives a machine its user-data by config drive; OpenStack is for
# clouds that have none and serve it over the network.
export DIB_CLOUD_INIT_DATASOURCES=${DIB_CLOUD_INIT_DATASOURCES:-"ConfigDrive, OpenStack"}
