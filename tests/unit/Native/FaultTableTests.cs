using VirtMigration.Native.Errors;
using Xunit;

namespace VirtMigration.UnitTests.Native;

public sealed class FaultTableTests
{
    // Domain, code, errno and text as libvirt 9.0 gives them; the texts of the first column's cases do not matter unless said.
    public static TheoryData<int, int, int, string, HypervisorFault> Errors => new()
    {
        { 10, 1, 0, "internal error: unexpected migration status in postcopy-device", HypervisorFault.Internal },
        { 10, 9, 0, "operation failed: job 'migration out' failed: I/O error", HypervisorFault.Internal },
        { 0, 0, 0, "libvirt gave no reason", HypervisorFault.Internal },
        { 10, 999, 0, "a number of a newer libvirt", HypervisorFault.Internal },

        { 10, 42, 0, "Domain not found", HypervisorFault.VmNotFound },
        { 10, 69, 0, "", HypervisorFault.MovedNotPersisted },
        { 10, 93, 0, "", HypervisorFault.MovedUnconfirmed },
        { 10, 78, 0, "operation aborted: job 'migration out' canceled by client", HypervisorFault.Aborted },
        { 10, 86, 0, "Guest agent is not responding: QEMU guest agent is not connected", HypervisorFault.GuestUnresponsive },
        { 10, 81, 0, "Unsafe migration: Migration without shared storage is unsafe", HypervisorFault.Unsafe },

        { 10, 3, 0, "", HypervisorFault.NotSupported },
        { 10, 84, 0, "migration statistics are available only on the source host", HypervisorFault.NotSupported },
        { 10, 8, 0, "", HypervisorFault.ArgumentRejected },
        { 0, 74, 0, "parameter 'bandwidth.avail.switchover' not supported", HypervisorFault.ArgumentRejected },
        { 10, 82, 0, "", HypervisorFault.ArgumentRejected },
        { 10, 67, 0, "", HypervisorFault.ArgumentRejected },
        { 31, 91, 0, "", HypervisorFault.ArgumentRejected },
        { 20, 27, 0, "", HypervisorFault.ArgumentRejected },
        { 10, 55, 0, "", HypervisorFault.InvalidState },
        { 10, 55, 0, "Requested operation is not valid: switching to post-copy requires migration to be started with VIR_MIGRATE_POSTCOPY flag", HypervisorFault.PostCopyNotEnabled },
        { 10, 55, 0, "Requested operation is not valid: post-copy can only be started while outgoing migration is in progress", HypervisorFault.InvalidState },
        { 10, 68, 0, "cannot acquire state change lock", HypervisorFault.InvalidState },
        { 10, 87, 0, "", HypervisorFault.InvalidState },
        { 10, 1, 0, "unable to execute QEMU command 'migrate-start-postcopy': Enable postcopy", HypervisorFault.InvalidState },

        // The way to the daemon, whatever the language of the text.
        { 7, 38, 111, "Verbindungsaufbau abgelehnt", HypervisorFault.Unreachable },
        { 7, 1, 0, "client socket is closed", HypervisorFault.Unreachable },
        { 7, 1, 0, "internal error: connection closed due to keepalive timeout", HypervisorFault.Unreachable },
        { 7, 39, 0, "", HypervisorFault.Unreachable },
        { 13, 38, 2, "", HypervisorFault.Unreachable },
        { 0, 6, 0, "", HypervisorFault.Unreachable },
        { 7, 85, 0, "", HypervisorFault.Unreachable },

        // The way from one daemon to the other.
        { 10, 9, 0, "Failed to connect to remote libvirt URI qemu+tcp://h2/system: unable to connect", HypervisorFault.Unreachable },
        { 10, 1, 0, "internal error: unable to connect to server at 'h2:49152': Connection refused", HypervisorFault.Unreachable },
        { 10, 38, 111, "unable to connect to server at 'h2:49152': Connection refused", HypervisorFault.Unreachable },
        { 10, 9, 0, "operation failed: Lost connection to destination host", HypervisorFault.Unreachable },
        { 10, 38, 104, "End of file while reading data: Input/output error", HypervisorFault.Unreachable },

        { 7, 38, 13, "Failed to connect socket to '/var/run/libvirt/libvirt-sock': Permission denied", HypervisorFault.AccessDenied },
        { 7, 38, 104, "Cannot recv data: root@h1: Permission denied (publickey): Connection reset by peer", HypervisorFault.AccessDenied },
        { 20, 29, 0, "operation forbidden: read only access prevents virDomainDestroy", HypervisorFault.AccessDenied },
        { 7, 45, 0, "authentication failed", HypervisorFault.AccessDenied },
        { 46, 79, 0, "", HypervisorFault.AccessDenied },
        { 0, 88, 0, "", HypervisorFault.AccessDenied },
        { 0, 94, 0, "", HypervisorFault.AccessDenied },
        { 7, 40, 0, "", HypervisorFault.AccessDenied },

        { 0, 38, 1, "cannot limit locked memory of process 4711 to 9663676416", HypervisorFault.MemoryLockRefused },
        { 0, 38, 5, "cannot read a file: Input/output error", HypervisorFault.Internal },
        { 10, 1, 0, "internal error: Process can't lock enough memory for using MSG_ZEROCOPY", HypervisorFault.MemoryLockRefused },

        { 45, 1, 0, "internal error: Unable to parse URI foo bar", HypervisorFault.ArgumentRejected },
        { 0, 5, 0, "no connection driver available for xyz:///", HypervisorFault.ArgumentRejected },
        { 13, 8, 0, "transport in URL not recognised", HypervisorFault.ArgumentRejected },
    };

    [Theory]
    [MemberData(nameof(Errors))]
    public void Libvirts_error_has_one_kind(int domain, int code, int systemError, string message, HypervisorFault expected) =>
        Assert.Equal(expected, FaultTable.Classify(new((ErrorDomain)domain, (ErrorCode)code, message, systemError)));

    [Fact]
    public void An_error_names_the_host_and_what_was_asked_and_the_way_out()
    {
        LibvirtError notFound = new((ErrorDomain)10, (ErrorCode)42, "Domain not found");
        HypervisorException error = notFound.ToException("h1", "find the VM web1");
        Assert.Equal("h1 could not find the VM web1: Domain not found", error.Message);
        Assert.Equal("h1", error.Host);
        Assert.Equal(42, error.Code);
        Assert.Equal("VmNotFound", error.ErrorId);
        Assert.Contains("Get-VM", error.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_kind_has_a_way_out() => Assert.All(
        Enum.GetValues<HypervisorFault>(),
        fault => Assert.NotEqual(string.Empty, RecommendedAction.For(fault)));
}
