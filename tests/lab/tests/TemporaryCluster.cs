using VirtMigration.Inventory;
using VirtMigration.State;

namespace VirtMigration.LabTests;

/// <summary>A cluster file of a test's own.</summary>
internal sealed class TemporaryCluster : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("lt-cluster");

    public TemporaryCluster(IEnumerable<HostRegistration> hosts)
    {
        // Not by registering: some of these are hosts that registering would refuse.
        ClusterFile file = new(_folder.FullName);
        file.Update(state => state with { Hosts = [.. hosts] });
        Registry = new(file);
    }

    public HostRegistry Registry { get; }

    public string Folder => _folder.FullName;

    public void Dispose() => _folder.Delete(recursive: true);
}
