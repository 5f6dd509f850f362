using System.Globalization;
using System.Text;
using VirtMigration.Inventory;
using VirtMigration.Native;
using VirtMigration.Ports;

namespace VirtMigration.UnitTests.Native;

/// <summary>libvirt's own test driver: a host in memory, with the whole of the client library in front of it.</summary>
internal static class TestWorld
{
    public const string DefaultUri = "test:///default";

    public static HostRegistration Registration(string uri) =>
        new() { Name = "h1", Cluster = "c1", ConnectUri = uri, PeerUri = uri };

    public static Task<IHypervisorHost> ConnectAsync(string uri) =>
        LibvirtHypervisor.Create().ConnectAsync(Registration(uri), CancellationToken.None);

    /// <summary>A file with a given number of running VMs.</summary>
    public static string Write(int count)
    {
        StringBuilder domains = new();
        for (int i = 0; i < count; i++)
        {
            _ = domains.Append(
                CultureInfo.InvariantCulture,
                $"""
                <domain type='test'>
                  <name>vm{i:0000}</name><uuid>00000000-0000-4000-8000-{i:x12}</uuid>
                  <memory unit='MiB'>2048</memory><currentMemory unit='MiB'>{1024 + i}</currentMemory>
                  <vcpu current='{(i % 4) + 1}'>8</vcpu><os><type arch='i686'>hvm</type></os>
                </domain>
                """);
        }

        return Write(domains.ToString());
    }

    /// <summary>A file with given VMs; they run where they do not say otherwise.</summary>
    public static string Write(string domains)
    {
        string path = Path.Combine(Path.GetTempPath(), $"virtmigration-{Guid.NewGuid():N}.xml");
        File.WriteAllText(
            path,
            $"""
            <node>
              <cpu>
                <mhz>2000</mhz><model>x</model><active>64</active>
                <nodes>1</nodes><sockets>2</sockets><cores>16</cores><threads>2</threads>
              </cpu>
              <memory>536870912</memory>
              {domains}
            </node>
            """);
        return path;
    }
}
