using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
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
        HypervisorException error = await Assert.ThrowsAsync<HypervisorException>(
            () => ConnectionOpening.OpenAsync(TestWorld.Registration(uri), TimeSpan.FromMilliseconds(300), CancellationToken.None));
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
    public async Task A_connection_is_used_again_and_by_one_call_at_a_time()
    {
        ConnectionPool pool = new(TestWorld.Registration(TestWorld.DefaultUri), width: 2, kept: 1);
        LibvirtConnection first = await pool.RentAsync(CancellationToken.None);
        LibvirtConnection second = await pool.RentAsync(CancellationToken.None);
        Assert.NotSame(first, second);
        Task<LibvirtConnection> third = pool.RentAsync(CancellationToken.None);
        Assert.False(third.IsCompleted);
        pool.Return(first);
        Assert.Same(first, await third);
    }

    [LibvirtFact]
    public async Task Connections_beyond_those_to_be_kept_are_closed()
    {
        ConnectionPool pool = new(TestWorld.Registration(TestWorld.DefaultUri), width: 2, kept: 1);
        LibvirtConnection first = await pool.RentAsync(CancellationToken.None);
        LibvirtConnection second = await pool.RentAsync(CancellationToken.None);
        pool.Return(first);
        pool.Return(second);
        Assert.True(first.IsAlive);
        Assert.False(second.IsAlive);
        Assert.True(pool.IsOpen);
    }

    [LibvirtFact]
    public async Task A_broken_connection_is_replaced_at_the_next_use()
    {
        ConnectionPool pool = new(TestWorld.Registration(TestWorld.DefaultUri), width: 1, kept: 1);
        LibvirtConnection first = await pool.RentAsync(CancellationToken.None);
        pool.Return(first);
        first.Dispose();
        Assert.False(pool.IsOpen);
        LibvirtConnection second = await pool.RentAsync(CancellationToken.None);
        Assert.NotSame(first, second);
        Assert.True(second.IsAlive);
    }

    [LibvirtFact]
    public async Task A_call_that_hangs_gives_its_room_to_the_next()
    {
        ConnectionPool pool = new(TestWorld.Registration(TestWorld.DefaultUri), width: 1, kept: 1);
        LibvirtConnection hung = await pool.RentAsync(CancellationToken.None);
        pool.Abandon(hung);
        Assert.True(hung.Closed.IsCancellationRequested);
        LibvirtConnection next = await pool.RentAsync(CancellationToken.None);
        Assert.True(next.IsAlive);
    }

    [LibvirtFact]
    public async Task An_opening_that_fails_gives_its_room_back()
    {
        ConnectionPool pool = new(TestWorld.Registration($"qemu+tcp://127.0.0.1:{FreePort()}/system"), width: 1, kept: 1);
        for (int i = 0; i < 3; i++)
        {
            await Assert.ThrowsAsync<HypervisorException>(() => pool.RentAsync(CancellationToken.None));
        }
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
