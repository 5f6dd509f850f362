using System.Management.Automation;

namespace VirtMigration.Cmdlets.Commands;

/// <summary>What setting a cluster's options and a VM's take alike. Every option is text, so that one word can take it back.</summary>
public abstract class OptionCmdlet : ClusterCmdlet
{
    /// <summary>The migration policy by name.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(Completion.PolicyCompleter))]
    public string? Policy { get; set; }

    /// <summary>Parallel connections: Disabled, Auto, Parallel or a number from 2 to 255.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(Completion.ParallelChoiceCompleter))]
    public string? ParallelConnections { get; set; }

    /// <summary>The most connections that the automatic number takes, 2 to 255.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? MaxParallelConnections { get; set; }

    /// <summary>The most that may be sent: Link, a rate with its unit, or unlimited.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(Completion.BandwidthChoiceCompleter))]
    public string? MigrationBandwidth { get; set; }

    /// <summary>The bandwidth QEMU may count on when it decides to switch over: None, Link, or a rate with its unit.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(Completion.BandwidthChoiceCompleter))]
    public string? SwitchoverBandwidth { get; set; }

    /// <summary>Whether memory is sent encrypted.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? Encryption { get; set; }

    /// <summary>How guests are told of their migrations, before and after: Disabled, channel:NAME or agent:COMMAND.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(Completion.GuestNoticeCompleter))]
    public string? GuestNotice { get; set; }

    /// <summary>Writes the options after the change.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>What was typed, by option.</summary>
    /// <param name="options">The names of the options.</param>
    protected IReadOnlyDictionary<string, string> Typed(params string[] options) =>
        MyInvocation.BoundParameters
            .Where(pair => options.Contains(pair.Key, StringComparer.OrdinalIgnoreCase))
            .ToDictionary(pair => pair.Key, pair => pair.Value is string[] many ? string.Join(',', many) : pair.Value?.ToString() ?? string.Empty, StringComparer.OrdinalIgnoreCase);
}
