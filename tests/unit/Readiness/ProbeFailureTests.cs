using VirtMigration.Planning;
using VirtMigration.Readiness;
using VirtMigration.Units;
using Xunit;

namespace VirtMigration.UnitTests.Readiness;

public sealed class ProbeFailureTests
{
    private const string Uri = "qemu+tcp://10.77.0.12/system";

    [Theory]
    [InlineData(HypervisorFault.Unreachable, "unable to connect to server at '10.77.0.12:16509': Connection refused", false, ProbeObstacle.Login)]
    [InlineData(HypervisorFault.AccessDenied, "authentication failed", false, ProbeObstacle.Login)]
    [InlineData(HypervisorFault.Unreachable, "unable to connect to server at '10.78.0.12:49152': No route to host", false, ProbeObstacle.Memory)]
    [InlineData(HypervisorFault.Internal, "Failed to connect to '10.78.0.12:49215': Connection refused", true, ProbeObstacle.Memory)]
    [InlineData(HypervisorFault.Internal, "Certificate does not match the hostname h2-alias", true, ProbeObstacle.Encryption)]
    [InlineData(HypervisorFault.Internal, "unexpected", false, ProbeObstacle.Refusal)]
    [InlineData(HypervisorFault.ArgumentRejected, "unsupported", true, ProbeObstacle.Refusal)]
    [InlineData(HypervisorFault.Unreachable, "unable to connect to '10.78.0.12:49216'", false, ProbeObstacle.Login)]
    public void What_stopped_a_probe_is_read_from_the_kind_and_the_port(HypervisorFault fault, string words, bool encrypted, ProbeObstacle obstacle)
    {
        HypervisorException error = new(fault, "h1", 1, $"h1 could not migrate VM x to {Uri}: {words}", "Try again.");
        Assert.Equal(obstacle, ProbeFailure.Obstacle(error, Transfer(encrypted)));
        Assert.Equal(words, ProbeFailure.Words(error, Transfer(encrypted)));
    }

    [Fact]
    public void An_error_of_another_form_is_said_as_it_is() =>
        Assert.Equal("h1 is busy.", ProbeFailure.Words(new(HypervisorFault.Timeout, "h1", 0, "h1 is busy.", "Wait."), Transfer(false)));

    private static TransferSettings Transfer(bool encrypted) => new()
    {
        Techniques = encrypted ? MigrationTechniques.Live | MigrationTechniques.Tls : MigrationTechniques.Live,
        DestinationUri = Uri,
        Bandwidth = Bandwidth.Unlimited,
    };
}
