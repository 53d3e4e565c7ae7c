# SPDX-License-Identifier: Apache-2.0
# A guest gets no virtual function without an IOMMU, which the kernel leaves
# off on Intel's machines.  It comes before the bootloader's own default.
export DIB_BOOTLOADER_DEFAULT_CMDLINE="${DIB_BOOTLOADER_DEFAULT_CMDLINE:-nofb nomodeset gfxpayload=text} intel_iommu=on iommu=pt"
