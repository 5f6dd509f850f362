using VirtMigration.Native.Errors;
using Xunit;

namespace VirtMigration.UnitTests.Native;

public sealed class PeerFailureTests
{
    private const string Peer = "qemu+tcp://h2/system";

    [Theory]
    [InlineData("operation failed: Failed to connect to remote libvirt URI qemu+tcp://h2/system: unable to connect to server at 'h2:16509': Connection refused",
        "the daemon of h1 could not reach qemu+tcp://h2/system", "virsh -c qemu+tcp://h2/system version")]
    [InlineData("ein Text in einer anderen Sprache", "the daemon of h1 could not reach qemu+tcp://h2/system", "peer URI")]
    [InlineData("unable to connect to server at '10.78.0.12:49152': Connection refused",
        "h1 could not open the connection for the memory to 10.78.0.12:49152", "Test-VmHost")]
    [InlineData("internal error: unable to connect to server at 'h2:49153': No route to host",
        "h1 could not open the connection for the memory to h2:49153", "49152-49215")]
    [InlineData("internal error: client socket is closed", "the daemon of h1 lost the connection to qemu+tcp://h2/system", "start the migration again")]
    [InlineData("operation failed: Lost connection to destination host", "the daemon of h1 lost the connection to qemu+tcp://h2/system", "start the migration again")]
    public void Who_did_not_reach_whom_is_said(string text, string cause, string action)
    {
        (string Cause, string Action) said = PeerFailure.Describe("h1", Peer, text);
        Assert.Equal(cause, said.Cause);
        Assert.Contains(action, said.Action, StringComparison.Ordinal);
    }
}
