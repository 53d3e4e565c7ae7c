# SPDX-License-Identifier: Apache-2.0
# A guest gets no virtual function without an IOMMU, which the kernel leaves
# off on Intel's machines.  This comes before the bootloader's own default, and
# is read once for every phase.
DIB_BOOTLOADER_DEFAULT_CMDLINE=${DIB_BOOTLOADER_DEFAULT_CMDLINE:-nofb nomodeset gfxpayload=text}
if [[ " $DIB_BOOTLOADER_DEFAULT_CMDLINE " != *" intel_iommu="* ]]; then
    DIB_BOOTLOADER_DEFAULT_CMDLINE+=" intel_iommu=on iommu=pt"
fi
export DIB_BOOTLOADER_DEFAULT_CMDLINE
