using VirtMigration.State;
using VirtMigration.UnitTests.State;

namespace VirtMigration.UnitTests.Execution;

/// <summary>A cluster of three hosts, for the tests of a class.</summary>
public abstract class ClusterOfThree : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    protected ClusterOfThree()
    {
        Hypervisor = new(H1, H2, H3);
        Registry = new(new ClusterFile(_folder.Path));
        foreach (FakeHost host in (FakeHost[])[H1, H2, H3])
        {
            Registry.Register(host.Registration, replace: false);
        }
    }

    private protected FakeHost H1 { get; } = new("h1");

    private protected FakeHost H2 { get; } = new("h2");

    private protected FakeHost H3 { get; } = new("h3");

    private protected FakeHypervisor Hypervisor { get; }

    private protected HostRegistry Registry { get; }

    public void Dispose()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }
}
