using VirtMigration.Inventory;
using VirtMigration.Native.Xml;

namespace VirtMigration.UnitTests.Native;

/// <summary>Whole definitions, in libvirt's own words.</summary>
internal static class Definitions
{
    /// <summary>A database: its own cores in two cells, all memory on 1 GiB pages of those, the host's own CPU.</summary>
    public const string HighPerformance = """
        <domain type='kvm' id='7'>
          <name>hana1</name>
          <uuid>a551268b-4d52-4139-9456-3278b632fa29</uuid>
          <memory unit='KiB'>67108864</memory>
          <currentMemory unit='KiB'>67108864</currentMemory>
          <memoryBacking>
            <hugepages><page size='1048576' unit='KiB' nodeset='0-1'/></hugepages>
            <locked/>
          </memoryBacking>
          <vcpu placement='static'>8</vcpu>
          <iothreads>2</iothreads>
          <cputune>
            <vcpupin vcpu='0' cpuset='2'/>
            <vcpupin vcpu='1' cpuset='26'/>
            <vcpupin vcpu='2' cpuset='4'/>
            <vcpupin vcpu='3' cpuset='28'/>
            <vcpupin vcpu='4' cpuset='3'/>
            <vcpupin vcpu='5' cpuset='27'/>
            <vcpupin vcpu='6' cpuset='5'/>
            <vcpupin vcpu='7' cpuset='29'/>
            <emulatorpin cpuset='0-1,24-25'/>
            <iothreadpin iothread='1' cpuset='0,24'/>
            <iothreadpin iothread='2' cpuset='1,25'/>
          </cputune>
          <numatune>
            <memory mode='strict' nodeset='0-1'/>
            <memnode cellid='0' mode='strict' nodeset='0'/>
            <memnode cellid='1' mode='preferred' nodeset='1'/>
          </numatune>
          <os firmware='efi'>
            <type arch='x86_64' machine='pc-q35-7.2'>hvm</type>
            <loader readonly='yes' secure='yes' type='pflash'>/usr/share/OVMF/OVMF_CODE_4M.ms.fd</loader>
            <nvram template='/usr/share/OVMF/OVMF_VARS_4M.ms.fd'>/var/lib/libvirt/qemu/nvram/hana1_VARS.fd</nvram>
            <boot dev='hd'/>
          </os>
          <cpu mode='host-passthrough' check='none' migratable='on'>
            <topology sockets='2' dies='1' cores='2' threads='2'/>
            <feature policy='require' name='invtsc'/>
            <feature policy='disable' name='vmx'/>
            <numa>
              <cell id='0' cpus='0-3' memory='33554432' unit='KiB' memAccess='shared'/>
              <cell id='1' cpus='4-7' memory='32' unit='GiB'/>
            </numa>
          </cpu>
          <clock offset='utc'>
            <timer name='rtc' tickpolicy='catchup'/>
            <timer name='tsc' present='yes' frequency='2593907000' mode='native'/>
          </clock>
          <devices>
            <emulator>/usr/bin/qemu-system-x86_64</emulator>
            <disk type='block' device='disk'>
              <driver name='qemu' type='raw' cache='none' io='native' iothread='1'/>
              <source dev='/dev/mapper/san-hana1' index='2'/>
              <backingStore/>
              <target dev='vda' bus='virtio'/>
            </disk>
            <interface type='bridge'>
              <mac address='52:54:00:12:34:56'/>
              <source bridge='br0'/>
              <target dev='vnet0'/>
              <model type='virtio'/>
            </interface>
            <tpm model='tpm-crb'>
              <backend type='emulator' version='2.0'/>
            </tpm>
          </devices>
        </domain>
        """;

    /// <summary>What libvirt 9.0 shows of a running VM that was defined with host-model.</summary>
    public const string HostModel = """
        <domain type='kvm' id='3'>
          <name>web1</name>
          <uuid>00107105-29e4-47d8-b2da-8e0d392f8fd1</uuid>
          <memory unit='KiB'>4194304</memory>
          <vcpu placement='static'>2</vcpu>
          <os><type arch='x86_64' machine='pc-q35-7.2'>hvm</type></os>
          <cpu mode='custom' match='exact' check='full'>
            <model fallback='forbid'>Cascadelake-Server</model>
            <vendor>Intel</vendor>
            <feature policy='require' name='ss'/>
            <feature policy='require' name='hypervisor'/>
            <feature policy='disable' name='hle'/>
            <feature policy='disable' name='rtm'/>
          </cpu>
        </domain>
        """;

    public static VmDefinition Read(string content) =>
        DomainXml.Read($"<domain><uuid>a551268b-4d52-4139-9456-3278b632fa29</uuid><memory unit='GiB'>4</memory>{content}</domain>");

    public static VmDefinition ReadDevices(string devices) => Read($"<devices>{devices}</devices>");
}
