using VirtMigration.Ports;

namespace VirtMigration.Execution;

/// <summary>What hosts show to be under way, asked once each while a queue goes through those that wait: twenty that wait for one host
/// cost one question.</summary>
/// <param name="holders">Is told what is shown.</param>
/// <param name="stop">Gives up.</param>
internal sealed class ShownMigrations(SlotHolders holders, CancellationToken stop)
{
    // One that failed is kept too: a host that does not answer is waited for once.
    private readonly Dictionary<string, Task<IReadOnlyList<ActiveMigration>>> _asked = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>What both hosts of a run show.</summary>
    /// <param name="run">The run.</param>
    /// <param name="anew">Whether they are asked again: what is shown since counts.</param>
    public async Task<IReadOnlyCollection<ActiveMigration>> OfAsync(MigrationRun run, bool anew)
    {
        IReadOnlyList<ActiveMigration>[] shown = await Task.WhenAll(OnAsync(run.Source, run.Plan.Source, anew), OnAsync(run.Destination, run.Plan.Destination, anew));
        return [.. shown.SelectMany(one => one)];
    }

    private Task<IReadOnlyList<ActiveMigration>> OnAsync(IHypervisorHost host, string name, bool anew)
    {
        if (anew || !_asked.TryGetValue(name, out Task<IReadOnlyList<ActiveMigration>>? asked))
        {
            asked = AskAsync(host, name);
            _asked[name] = asked;
        }

        return asked;
    }

    private async Task<IReadOnlyList<ActiveMigration>> AskAsync(IHypervisorHost host, string name)
    {
        IReadOnlyList<ActiveMigration> shown = await host.ListMigrationsAsync(stop);
        holders.Note(name, shown);
        return shown;
    }
}
