using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using VirtMigration.Inventory;
using VirtMigration.Native.Connections;
using VirtMigration.Native.Domains;
using VirtMigration.Native.Interop;
using Xunit;

namespace VirtMigration.UnitTests.Native;

public sealed class ConnectionTests
{
    [LibvirtFact]
    public async Task A_refused_connection_names_host_address_and_reason()
    {
        string uri = $"qemu+tcp://127.0.0.1:{FreePort()}/system";
        Stopwatch watch = Stopwatch.StartNew();
        HypervisorException error = await Assert.ThrowsAsync<HypervisorException>(() => TestWorld.ConnectAsync(uri));
        Assert.Equal(HypervisorFault.Unreachable, error.Fault);
        Assert.Contains("h1", error.Message, StringComparison.Ordinal);
        Assert.Contains(uri, error.Message, StringComparison.Ordinal);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(10));
    }

    [LibvirtFact]
    public async Task A_host_that_says_nothing_is_a_timeout_within_the_bound()
    {
        using TcpListener silent = new(IPAddress.Loopback, 0);
        silent.Start();
        string uri = $"qemu+tcp://127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}/system";
        ConnectionSlot slot = new(TestWorld.Registration(uri), TimeSpan.FromMilliseconds(300));
        HypervisorException error = await Assert.ThrowsAsync<HypervisorException>(() => slot.GetAsync(CancellationToken.None));
        Assert.Equal(HypervisorFault.Timeout, error.Fault);
        Assert.Contains(uri, error.Message, StringComparison.Ordinal);
    }

    [LibvirtTheory]
    [InlineData("foo bar")]
    [InlineData("qemu+nosuch://h1/system")]
    [InlineData("")]
    public async Task A_malformed_URI_is_refused_with_the_way_out(string uri)
    {
        HypervisorException error = await Assert.ThrowsAsync<HypervisorException>(() => TestWorld.ConnectAsync(uri));
        Assert.Equal(HypervisorFault.ArgumentRejected, error.Fault);
        Assert.Contains(uri, error.Message, StringComparison.Ordinal);
        Assert.Contains("qemu+ssh://", error.RecommendedAction, StringComparison.Ordinal);
    }

    [LibvirtFact]
    public async Task A_broken_connection_is_replaced_at_the_next_use()
    {
        ConnectionSlot slot = new(TestWorld.Registration("test:///default"), TimeSpan.FromSeconds(10));
        LibvirtConnection first = await slot.GetAsync(CancellationToken.None);
        Assert.Same(first, await slot.GetAsync(CancellationToken.None));
        first.Dispose();
        LibvirtConnection second = await slot.GetAsync(CancellationToken.None);
        Assert.NotSame(first, second);
        Assert.True(second.IsAlive);
    }

    [LibvirtFact]
    public void A_VM_keeps_its_connection_open()
    {
        LibvirtConnection connection = LibvirtConnection.Open(TestWorld.Registration(TestWorld.DefaultUri));
        LibvirtDomain domain = connection.Find(FirstOf(connection));
        connection.Dispose();
        Assert.False(connection.Handle.IsClosed);
        Assert.True(domain.IsActive);
        domain.Dispose();
        Assert.True(connection.Handle.IsClosed);
    }

    [LibvirtFact]
    public void A_closed_connection_cannot_be_used()
    {
        LibvirtConnection connection = LibvirtConnection.Open(TestWorld.Registration(TestWorld.DefaultUri));
        connection.Dispose();
        Assert.False(connection.IsAlive);
        Assert.Throws<ObjectDisposedException>(() => connection.Find(Guid.NewGuid()));
    }

    [Fact]
    public void A_host_of_the_test_driver_has_one_connection_and_so_one_world()
    {
        HostConnections test = new(TestWorld.Registration("test:///default"));
        Assert.Same(test.Control, test.Monitoring);
        HostConnections real = new(TestWorld.Registration("qemu+tcp://h1/system"));
        Assert.NotSame(real.Control, real.Monitoring);
    }

    [LibvirtFact]
    public async Task Four_migrations_share_a_connection_and_the_fifth_opens_another()
    {
        MigrationConnections connections = new(TestWorld.Registration("test:///default"));
        List<MigrationLease> leases = [];
        for (int i = 0; i < 5; i++)
        {
            leases.Add(await connections.RentAsync());
        }

        Assert.Single(leases.Take(4).Select(lease => lease.Connection).Distinct());
        Assert.NotSame(leases[0].Connection, leases[4].Connection);
        leases.ForEach(lease => lease.Dispose());
        using MigrationLease next = await connections.RentAsync();
        Assert.True(next.Connection.IsAlive);
    }

    private static Guid FirstOf(LibvirtConnection connection)
    {
        using BulkStatistics statistics = BulkStatistics.Get(connection, Libvirt.StatsState);
        return statistics.Uuid(0);
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
